import { parse } from 'node:querystring';
import type { Context, ParameterizedContext } from 'koa';
import type { CachedClient, ClientCache } from '../clients/client-cache.ts';
import { matchingSecret } from '../clients/secrets/values.ts';
import type { KnownSecret } from '../clients/token-clients.ts';
import type { Db } from '../db/connections/connection.ts';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import type { RequestState } from '../http/context.ts';
import { isWellEncoded } from '../http/input/guard.ts';
import { MAX_BODY } from '../http/input/read-ahead.ts';
import type { AtOnce, WholeAnswer } from '../http/serving/at-once.ts';

/** Each means that a request has something special about it. */
const SPECIAL_HEADERS = ['dpop', 'origin', 'oauth-client-attestation', 'oauth-client-attestation-pop'];
const FORM = /^application\/x-www-form-urlencoded(; ?charset=utf-8)?$/i;

/** Whether a request is a form for exactly this path, with nothing special in its headers. */
export function isPlainPost(ctx: Context, path: string, atOnce: AtOnce): boolean {
  if (!atOnce.isFor(ctx, 'POST', path)) return false;
  const { headers } = ctx.req;
  if (!FORM.test(headers['content-type'] ?? '') || !(Number(headers['content-length']) <= MAX_BODY)) return false;
  return SPECIAL_HEADERS.every((name) => headers[name] === undefined);
}

/** The provider's headers for a success. */
export const SUCCESS_HEADERS = [
  ['Vary', 'Origin'],
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Expose-Headers', 'WWW-Authenticate'],
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'application/json; charset=utf-8'],
].flat();

/** A passing failure of ours, as provider.ts answers it too. */
export const UNAVAILABLE_ERROR = {
  error: 'temporarily_unavailable',
  error_description: 'the server cannot answer right now; try again',
};
export const UNAVAILABLE: WholeAnswer = {
  status: 503,
  headers: [...SUCCESS_HEADERS, 'Retry-After', '1'],
  body: JSON.stringify(UNAVAILABLE_ERROR),
};

/**
 * An answer ahead of oidc-provider, or undefined for the ordinary way. What fails (a caller who hangs up, a signer that is
 * away) is met again and answered there; but a database that did not answer is not waited for twice.
 */
export async function attempt(
  ctx: ParameterizedContext<RequestState>,
  prepare: (ctx: ParameterizedContext<RequestState>) => Promise<WholeAnswer | undefined>,
): Promise<WholeAnswer | undefined> {
  try {
    return await prepare(ctx);
  } catch (err) {
    if (!isDatabaseFailure(err)) return undefined;
    ctx.state.log.error({ err }, 'the database did not answer');
    return UNAVAILABLE;
  }
}

/** A form of known parameters, each with one value that is not empty; undefined for any other. */
export function readForm(body: string, known: ReadonlySet<string>): ReadonlyMap<string, string> | undefined {
  if (!isWellEncoded(body) || !/^[\x21-\x7E]*$/.test(body)) return undefined;
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

/** The app that they name, read when it is not remembered: the first request of many an app is as plain as the others. */
export function findCaller(
  { clientCache, db }: { readonly clientCache: ClientCache; readonly db: Db },
  { clientId }: Credentials,
): CachedClient | undefined | Promise<CachedClient | undefined> {
  return clientCache.peek(clientId) ?? clientCache.find(db, clientId);
}

/** The live secret that an app which authenticates with secrets presented. */
export function liveSecret({ client, secrets }: CachedClient, presented: string, now: Date): KnownSecret | undefined {
  if (!client.auth_method.startsWith('client_secret')) return undefined;
  const live = secrets.filter(({ expiresAt }) => !expiresAt || expiresAt > now);
  return matchingSecret(presented, live);
}
