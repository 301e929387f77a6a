import type { ParameterizedContext } from 'koa';
import type { Actor } from '../audit/events.ts';
import type { CachedClient, ClientCache } from '../clients/client-cache.ts';
import type { SecretUses } from '../clients/secrets/uses.ts';
import { liveSecret } from '../clients/secrets/values.ts';
import type { KnownSecret } from '../clients/token-clients.ts';
import type { Db } from '../db/connections/connection.ts';
import type { RequestState } from '../http/context.ts';
import type { Form } from './form.ts';

/** The app that asks, as it has proved to be. */
export interface Caller {
  readonly app: CachedClient;
  /** The secret that it presented; undefined for a public app, which has none (RFC 6749 §2.1). */
  readonly secret: KnownSecret | undefined;
}

/** For the names of the parameters that every form of an app may have. */
export const OF_THE_CALLER = ['client_id', 'client_secret'] as const;

interface Parts {
  readonly clientCache: ClientCache;
  readonly db: Db;
}

/**
 * Who asks: an app with a live secret, by Basic or in the body, or a public app by its name (RFC 6749 §2.3.1, §3.2.1).
 * @returns undefined for anybody else; oidc-provider tells them why
 */
export async function authenticate(
  { clientCache, db }: Parts,
  authorization: string | undefined,
  form: Form,
  now: Date,
): Promise<Caller | undefined> {
  const credentials = readCredentials(authorization, form);
  if (!credentials) return undefined;
  const { clientId, secret: presented } = credentials;
  // An app that is not remembered is read, because its first request is often as plain as the later ones.
  const app = clientCache.peek(clientId) ?? (await clientCache.find(db, clientId));
  if (!app) return undefined;
  const { auth_method: method } = app.client;
  if (presented === undefined) return method === 'none' ? { app, secret: undefined } : undefined;
  const secret = method.startsWith('client_secret') ? liveSecret(app.secrets, presented, now) : undefined;
  return secret && { app, secret };
}

interface Credentials {
  readonly clientId: string;
  readonly secret: string | undefined;
}

/** Reads credentials from Basic or from the body, never from both. They have only the letters of our ids and secrets. */
function readCredentials(authorization: string | undefined, form: Form): Credentials | undefined {
  const clientId = form.get('client_id');
  const secret = form.get('client_secret');
  if (authorization === undefined) return clientId === undefined ? undefined : { clientId, secret };
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  if (!encoded || encoded.length % 4 !== 0 || secret !== undefined) return undefined;
  const pair = /^([\w-]+):([\w-]*)$/.exec(Buffer.from(encoded, 'base64').toString('latin1'));
  if (!pair?.[1] || (clientId !== undefined && clientId !== pair[1])) return undefined;
  // RFC 6749 §2.3.1: a public app may name itself so, with no secret after the colon.
  return { clientId: pair[1], secret: pair[2] || undefined };
}

/** The app, as the audit trail names it. */
export function actorOf({ ip, state }: ParameterizedContext<RequestState>, clientId: string): Actor {
  return { type: 'client', id: clientId, ip, requestId: state.requestId };
}

/** Notes the use of a secret. The caller waits for it first, because the first use of a secret may end other secrets. */
export async function noteSecretUse(
  secretUses: SecretUses,
  secret: Pick<KnownSecret, 'id' | 'endsOthers'> | undefined,
): Promise<void> {
  const ended = secret && secretUses.note(secret);
  if (ended !== undefined) await ended;
}
