import type { Context, Middleware } from 'koa';
import type { Kysely } from 'kysely';
import type { CachedClient } from '../clients/client-cache.ts';
import type { KnownSecret } from '../clients/token-clients.ts';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { RequestState } from '../http/context.ts';
import { readAhead } from '../http/input/read-ahead.ts';
import { randomText } from '../http/random-text.ts';
import type { WholeAnswer } from '../http/serving/at-once.ts';
import { algorithmOfApi, algorithmOfIdTokens } from '../keys/algorithms.ts';
import { signCompact } from '../keys/signatures/jws.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import { idTokenClaimsOf } from './claims.ts';
import type { ExpressLaneParts } from './express-lane.ts';
import { lifetimes, refreshLifetime } from './lifetimes.ts';
import { findPersonalUse } from './personal-use.ts';
import {
  attempt,
  findCaller,
  isPlainPost,
  liveSecret,
  readCredentials,
  readForm,
  SUCCESS_HEADERS,
  UNAVAILABLE,
} from './plain-request.ts';
import { type RefreshOrder, readRefresh } from './refresh-order.ts';
import { toArtifactRow } from './storage/artifacts.ts';
import { toRetryRow } from './storage/refresh-retries.ts';
import { findStoredToken } from './storage/stored-token.ts';
import { write } from './storage/writes.ts';
import { isSmall } from './token-size.ts';

/**
 * A refresh by an app with a secret, of a token for one API that nobody has used, answered without entering oidc-provider,
 * which costs as much as all the rest. It reads and writes what the ordinary way does, in the same two statements;
 * whoever does not get to use the token, and everything that would be refused or is special, goes on untouched.
 * test/http/refresh-lane.test.ts finds answers, tokens, rows, audit and usage of both ways alike.
 */
export function refreshLane(parts: ExpressLaneParts): Middleware<RequestState> {
  const prepare = async (ctx: Context): Promise<WholeAnswer | undefined> => {
    const body = await readAhead(ctx);
    const now = parts.clock();
    const request = await readRequest(parts, ctx.headers.authorization, body.toString('latin1'), now);
    if (!request) return undefined;
    try {
      return await refresh(parts, ctx, { ...request, now });
    } catch (err) {
      if (!isDatabaseFailure(err)) throw err;
      // Not tried again on the ordinary way: whether it was written is not known, and then a second try looks like reuse.
      ctx.state.log.error({ err }, 'a refresh failed');
      note(parts, ctx, { clientId: request.entry.client.id, outcome: 'temporarily_unavailable' });
      return UNAVAILABLE;
    }
  };
  return async (ctx, next) => {
    const answer = isPlainPost(ctx, '/token', parts.atOnce) ? await attempt(ctx, prepare) : undefined;
    if (!answer) return next();
    ctx.state.grantType = 'refresh_token';
    parts.atOnce.answer(ctx, answer);
  };
}

interface RefreshRequest {
  readonly entry: CachedClient;
  readonly secret: KnownSecret;
  readonly token: string;
  readonly resource: string | undefined;
}

const PARAMETERS = new Set(['grant_type', 'refresh_token', 'resource', 'client_id', 'client_secret']);

/** Who asks with which token, or undefined when the request is not for this lane. */
async function readRequest(
  parts: ExpressLaneParts,
  authorization: string | undefined,
  body: string,
  now: Date,
): Promise<RefreshRequest | undefined> {
  const form = readForm(body, PARAMETERS);
  const token = form?.get('refresh_token');
  if (form?.get('grant_type') !== 'refresh_token' || token === undefined) return undefined;
  const credentials = readCredentials(authorization, form);
  const entry = credentials && (await findCaller(parts, credentials));
  const secret = entry && entry.client.type !== 'machine' && liveSecret(entry, credentials.secret, now);
  return secret ? { entry, secret, token, resource: form.get('resource') } : undefined;
}

type Timed<T> = T & { readonly now: Date };

/** One statement to read, one to write, as in exchange.ts. @returns undefined when it is not for the lane after all */
async function refresh(
  parts: ExpressLaneParts,
  ctx: Context,
  request: Timed<RefreshRequest>,
): Promise<WholeAnswer | undefined> {
  const { entry, secret, token, now } = request;
  const presented = await findStoredToken(parts.db, token);
  const order = presented && readRefresh(entry, presented, request);
  if (!order) return undefined;
  const use = await findPersonalUse(parts.db, order.person.id, order.appApi);
  const scope = order.apiScopes.filter((one) => use.granted.includes(one)).join(' ');
  if (scope === '' || !isSmall(scope, use.roleNames)) return undefined;
  const ended = parts.secretUses.note(secret);
  if (ended !== undefined) await ended;
  const successor = randomText();
  const tokens = await sign(parts, entry, { ...order, scope, roles: use.roleNames, now });
  const { access_token, id_token } = tokens;
  const expires_in = order.appApi.api.token_lifetime;
  const answer = { access_token, expires_in, id_token, refresh_token: successor, scope, token_type: 'Bearer' };
  if (!(await rotate(parts.db, ctx, { entry, order, successor, answer, now }))) return undefined;
  note(parts, ctx, { clientId: entry.client.id, api: order.appApi.api.id, outcome: SUCCESS, scope });
  return { headers: SUCCESS_HEADERS, body: JSON.stringify(answer) };
}

type Grants = Timed<RefreshOrder> & { readonly scope: string; readonly roles: readonly string[] | undefined };

/** An access token of RFC 9068 §2.2 and, where there is to be one, an ID token (OpenID Connect Core §12.2). */
async function sign({ keyring, issuer }: ExpressLaneParts, { client }: CachedClient, grants: Grants) {
  const { used, person, appApi, idTokenScopes, scope, roles, now } = grants;
  const { api } = appApi;
  const iat = toSeconds(now);
  const access = {
    grant_id: used.grantId,
    roles,
    jti: randomText(),
    sub: person.id,
    iat,
    exp: iat + api.token_lifetime,
    scope,
    client_id: client.id,
    iss: issuer,
    aud: api.identifier,
  };
  const { nonce, sid } = used;
  const times = { aud: client.id, exp: iat + lifetimes.idToken, iat, iss: issuer };
  return {
    access_token: await signCompact(keyring(), { alg: algorithmOfApi(keyring(), api), typ: 'at+jwt' }, access),
    id_token:
      idTokenScopes &&
      (await signCompact(
        keyring(),
        { alg: algorithmOfIdTokens(keyring(), client) },
        { ...idTokenClaimsOf(person, idTokenScopes), nonce, sid, ...times },
      )),
  };
}

interface Rotation {
  readonly entry: CachedClient;
  readonly order: RefreshOrder;
  /** The refresh token that replaces the used one. */
  readonly successor: string;
  readonly answer: object;
  readonly now: Date;
}

/** Uses the token up and writes its successor, with the audit event. @returns whether this request was the one to use it */
function rotate(db: Kysely<Tables>, ctx: Context, rotation: Rotation): Promise<boolean> {
  const { entry, order, successor, answer, now } = rotation;
  const { token, used, person } = order;
  const clientId = entry.client.id;
  const lifetime = refreshLifetime(used.iiat, toSeconds(now));
  const payload = { ...used, ...ageOf(now, lifetime), gty: refreshed(used.gty), rotations: (used.rotations ?? 0) + 1 };
  const seconds = entry.client.refresh_retry_seconds;
  const parties = { clientId, accountId: person.id, grantId: used.grantId };
  const writes = {
    consumed: { model: 'RefreshToken', id: token },
    issued: [toArtifactRow('RefreshToken', { id: successor, payload, lifetime, now })],
    retries: seconds > 0 ? [toRetryRow({ token, successor, response: answer, seconds, now })] : [],
    events: [{ type: 'refresh.rotated', ...parties } as const],
  };
  const actor = { type: 'client', id: clientId, ip: ctx.ip, requestId: ctx.state.requestId as string } as const;
  return write(db, writes, { actor: () => actor, now });
}

const GTY = 'refresh_token';
const refreshed = (gty: string | undefined) => (!gty || gty.endsWith(GTY) ? gty : `${gty} ${GTY}`);

const toSeconds = (time: Date) => Math.floor(time.getTime() / 1000);
const ageOf = (now: Date, lifetime: number) => ({ iat: toSeconds(now), exp: toSeconds(now) + lifetime });

function note(
  { note: noteUsage, clock }: ExpressLaneParts,
  ctx: Context,
  { clientId, api, outcome, scope }: { clientId: string; api?: string; outcome: string; scope?: string },
): void {
  noteUsage({ at: clock(), clientId, api, event: GTY, outcome, scope, requestId: ctx.state.requestId });
}
