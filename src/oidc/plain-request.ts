import { parse } from 'node:querystring';
import type { Context } from 'koa';
import type { CatalogEntry } from '../clients/catalog.ts';
import type { KnownSecret } from '../clients/find-clients.ts';
import { matchingSecret } from '../clients/secret-values.ts';

/** Each means that a request has something special about it. */
const SPECIAL_HEADERS = ['dpop', 'origin', 'oauth-client-attestation', 'oauth-client-attestation-pop'];
const FORM = /^application\/x-www-form-urlencoded(; ?charset=utf-8)?$/i;

/** A posted form without a header that asks for something special. */
export function isPlainForm({ req }: Context): boolean {
  return (
    FORM.test(req.headers['content-type'] ?? '') && SPECIAL_HEADERS.every((name) => req.headers[name] === undefined)
  );
}

/**
 * The form of a request that has nothing special about it: POST, no query, known parameters, each with one value that is
 * not empty. undefined for any other, which is for oidc-provider to judge.
 */
export function plainForm(ctx: Context, known: ReadonlySet<string>): ReadonlyMap<string, string> | undefined {
  if (ctx.method !== 'POST' || ctx.search !== '' || !isPlainForm(ctx)) return undefined;
  const body: unknown = ctx.state.formBody;
  return typeof body === 'string' ? singleValues(body, known) : undefined;
}

/** Known parameters, each with one value that is not empty. */
export function singleValues(body: string, known: ReadonlySet<string>): Map<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(parse(body))) {
    if (!known.has(name) || typeof value !== 'string' || value === '') return undefined;
    values.set(name, value);
  }
  return values;
}

export interface Credentials {
  readonly clientId: string;
  readonly secret: string;
}

/** By Basic or in the body, never both (RFC 6749 §2.3.1); only in the letters that we make ids and secrets of. */
export function readCredentials(
  authorization: string | undefined,
  form: ReadonlyMap<string, string>,
): Credentials | undefined {
  const clientId = form.get('client_id');
  const secret = form.get('client_secret');
  if (authorization === undefined) return clientId && secret ? { clientId, secret } : undefined;
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  if (!encoded || encoded.length % 4 !== 0 || secret !== undefined) return undefined;
  const pair = /^([\w-]+):([\w-]+)$/.exec(Buffer.from(encoded, 'base64').toString('latin1'));
  if (!pair?.[1] || !pair[2] || (clientId !== undefined && clientId !== pair[1])) return undefined;
  return { clientId: pair[1], secret: pair[2] };
}

/** The live secret that an app which authenticates by secret presented. */
export function liveSecret({ client, secrets }: CatalogEntry, presented: string, now: Date): KnownSecret | undefined {
  if (!client.auth_method.startsWith('client_secret')) return undefined;
  const live = secrets.filter(({ expiresAt }) => !expiresAt || expiresAt > now);
  return matchingSecret(presented, live);
}
