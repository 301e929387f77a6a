import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Actor } from '../../audit/events.ts';
import { INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT, USERINFO_ENDPOINT } from '../../tokens/endpoints.ts';
import { PERSONAL_GRANTS } from '../../tokens/grants/personal-grants.ts';
import { judgeRetry, type RefreshTerms, termsOf } from '../../tokens/refresh-retry.ts';
import type { ArtifactPayload } from '../../tokens/storage/artifacts.ts';
import { type KeptRefresh, openRetry, toRetryRow } from '../../tokens/storage/refresh-retries.ts';
import type { GrantWrapper, ProviderMiddleware } from '../middleware.ts';
import type { Resources } from '../resources.ts';
import { AnsweredBefore } from '../storage/adapter.ts';
import type { Exchange, JudgeRetry, UnitOfWork } from '../storage/unit-of-work.ts';

interface TokenResponse {
  access_token?: string;
  refresh_token?: string;
}

/** Every grant's handler as one exchange: what it consumes, what it issues, and the audit of both belong together. */
export function createExchange(work: UnitOfWork, resources: Resources, clock: () => Date): GrantWrapper {
  return async (grantType, ctx, handler) => {
    await resources.nameAsRegistered(ctx);
    if (grantType === 'client_credentials') {
      // Nothing is stored for it, so there is nothing to hold together.
      await resources.completeClientCredentials(ctx);
      return handler();
    }
    const window = grantType === 'refresh_token' ? await retryWindowOf(ctx) : undefined;
    const judging = window && { judgeRetry: window.judge };
    await work.run({ actor: () => actorOf(ctx), ...judging, now: clock() }, async (exchange) => {
      try {
        await handler();
      } catch (error) {
        if (!(error instanceof AnsweredBefore)) throw error;
        await answerAgain(ctx, exchange, resources);
        return;
      }
      resources.requireSomeScope(ctx);
      if (exchange.retry) answerBeside(ctx, exchange);
      else await noteSuccess(grantType, ctx, exchange, { now: clock(), window });
    });
  };
}

/** Where one token is looked at, or ended. */
const ABOUT_ONE_TOKEN = new Set([INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT, USERINFO_ENDPOINT]);

/** A token is read once for a request, with all that belongs to it, and what ends with it ends in one statement. */
export function createTokenLookup(work: UnitOfWork, clock: () => Date): ProviderMiddleware {
  return (ctx, next) => {
    if (!ABOUT_ONE_TOKEN.has(ctx.path)) return next();
    return work.run({ actor: () => actorOf(ctx), now: clock() }, next);
  };
}

/** How an app's refreshes may be asked for again. */
interface RetryWindow {
  readonly seconds: number;
  readonly termsOf: (used: ArtifactPayload) => RefreshTerms;
  readonly judge: JudgeRetry;
}

/** undefined for an app that has none. */
async function retryWindowOf(ctx: KoaContextWithOIDC): Promise<RetryWindow | undefined> {
  const seconds = Number(ctx.oidc.client?.latchkey_refresh_retry_seconds ?? 0);
  if (seconds === 0) return undefined;
  const jkt = await thumbprintOf(ctx.get('DPoP'));
  const { scope, resource } = ctx.oidc.params ?? {};
  const terms = ({ resource: granted }: ArtifactPayload) =>
    termsOf({ jkt, scope: scope as string | undefined, resource, granted });
  return {
    seconds,
    termsOf: terms,
    judge: ({ sealed, successorUsed }, used) =>
      judgeRetry(openRetry(refreshTokenOf(ctx), sealed).terms, terms(used), { successorUsed }),
  };
}

/** Of the key that a proof names. Whether it is a good proof is looked at elsewhere, and before this is of use. */
async function thumbprintOf(proof: string): Promise<string | undefined> {
  if (proof === '') return undefined;
  try {
    return await calculateJwkThumbprint(decodeProtectedHeader(proof).jwk as JWK);
  } catch {
    return undefined;
  }
}

/** The successor must be unused still when all is done, or else it is judged once more. */
function holdSuccessor(ctx: KoaContextWithOIDC, { retry, writes }: Exchange): KeptRefresh['response'] {
  if (!retry) throw new Error('a retry without its response');
  const { response } = openRetry(refreshTokenOf(ctx), retry.sealed);
  if (response.refresh_token === undefined) throw new Error('a refresh without a successor');
  writes.unused = response.refresh_token;
  writes.events.push({ type: 'refresh.retried', clientId: clientIdOf(ctx) });
  return response;
}

/** The response of the refresh, letter by letter. */
async function answerAgain(ctx: KoaContextWithOIDC, exchange: Exchange, resources: Resources): Promise<void> {
  const response = holdSuccessor(ctx, exchange);
  await resources.requireStillUsable(ctx, response.access_token);
  ctx.body = response;
}

/** The access token is for what is asked now; the refresh token is the one that the refresh gave. */
function answerBeside(ctx: KoaContextWithOIDC, exchange: Exchange): void {
  (ctx.body as TokenResponse).refresh_token = holdSuccessor(ctx, exchange).refresh_token as string;
}

interface Success {
  readonly now: Date;
  readonly window: RetryWindow | undefined;
}

async function noteSuccess(
  grantType: string,
  ctx: KoaContextWithOIDC,
  exchange: Exchange,
  { now, window }: Success,
): Promise<void> {
  const { Grant: grant, Account: account } = ctx.oidc.entities;
  const parties = { clientId: clientIdOf(ctx), accountId: account?.accountId ?? '', grantId: grant?.jti ?? '' };
  const type = PERSONAL_GRANTS.get(grantType)?.event;
  if (type) exchange.writes.events.push({ type, ...parties });
  if (grantType !== 'refresh_token') return;
  const successor = (ctx.body as TokenResponse).refresh_token;
  const used = await exchange.presented?.found;
  if (window && used && successor) {
    const refresh = { token: refreshTokenOf(ctx), successor, response: ctx.body as object };
    const terms = window.termsOf(used.payload);
    exchange.writes.retries.push(toRetryRow({ ...refresh, terms, seconds: window.seconds, now }));
  }
}

/** The app at the token endpoint, as the audit trail names it. */
export function actorOf(ctx: KoaContextWithOIDC): Actor {
  const requestId = ctx.state.requestId as string | undefined;
  return { type: 'client', id: clientIdOf(ctx), ip: ctx.ip, ...(requestId ? { requestId } : {}) };
}

const clientIdOf = (ctx: KoaContextWithOIDC) => ctx.oidc.client?.clientId ?? '';
const refreshTokenOf = (ctx: KoaContextWithOIDC) => String(ctx.oidc.params?.refresh_token ?? '');
