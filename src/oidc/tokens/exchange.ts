import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Actor } from '../../audit/events.ts';
import { INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT, USERINFO_ENDPOINT } from '../../tokens/endpoints.ts';
import { DEVICE_CODE_GRANT } from '../../tokens/grant-types.ts';
import { openRetry, toRetryRow } from '../../tokens/storage/refresh-retries.ts';
import type { GrantWrapper, ProviderMiddleware } from '../middleware.ts';
import type { Resources } from '../resources.ts';
import { AnsweredBefore } from '../storage/adapter.ts';
import type { Exchange, UnitOfWork } from '../storage/unit-of-work.ts';

interface TokenResponse {
  access_token?: string;
  refresh_token?: string;
}

/** Every grant's handler as one exchange: what it consumes, what it issues, and the audit of both belong together. */
export function createExchange(work: UnitOfWork, resources: Resources, clock: () => Date): GrantWrapper {
  return async (grantType, ctx, handler) => {
    if (grantType === 'client_credentials') {
      // Nothing is stored for it, so there is nothing to hold together.
      await resources.completeClientCredentials(ctx);
      return handler();
    }
    const retrySeconds =
      grantType === 'refresh_token' ? Number(ctx.oidc.client?.latchkey_refresh_retry_seconds ?? 0) : 0;
    await work.run({ actor: () => actorOf(ctx), retrySeconds, now: clock() }, async (exchange) => {
      try {
        await handler();
      } catch (error) {
        if (!(error instanceof AnsweredBefore)) throw error;
        await answerAgain(ctx, exchange, resources);
        return;
      }
      resources.requireSomeScope(ctx);
      noteSuccess(grantType, ctx, exchange, clock());
    });
  };
}

/** Where one token is looked at, or ended. */
const ABOUT_ONE_TOKEN = new Set([INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT, USERINFO_ENDPOINT]);

/** A token is read once for a request, with all that belongs to it, and what ends with it ends in one statement. */
export function createTokenLookup(work: UnitOfWork, clock: () => Date): ProviderMiddleware {
  return (ctx, next) => {
    if (!ABOUT_ONE_TOKEN.has(ctx.path)) return next();
    return work.run({ actor: () => actorOf(ctx), retrySeconds: 0, now: clock() }, next);
  };
}

async function answerAgain(ctx: KoaContextWithOIDC, exchange: Exchange, resources: Resources): Promise<void> {
  if (!exchange.retry) throw new Error('a retry without its response');
  const answer = openRetry(refreshTokenOf(ctx), exchange.retry.sealed) as TokenResponse;
  await resources.requireStillUsable(ctx, answer.access_token);
  ctx.body = answer;
  exchange.writes.events.push({ type: 'refresh.retried', clientId: clientIdOf(ctx) });
}

function noteSuccess(grantType: string, ctx: KoaContextWithOIDC, exchange: Exchange, now: Date): void {
  const { Grant: grant, Account: account } = ctx.oidc.entities;
  const parties = { clientId: clientIdOf(ctx), accountId: account?.accountId ?? '', grantId: grant?.jti ?? '' };
  if (grantType === 'authorization_code') exchange.writes.events.push({ type: 'code.exchanged', ...parties });
  if (grantType === DEVICE_CODE_GRANT) exchange.writes.events.push({ type: 'device.exchanged', ...parties });
  if (grantType !== 'refresh_token') return;
  exchange.writes.events.push({ type: 'refresh.rotated', ...parties });
  const successor = (ctx.body as TokenResponse).refresh_token;
  if (exchange.retrySeconds > 0 && successor) {
    const refresh = { token: refreshTokenOf(ctx), successor, response: ctx.body as object };
    exchange.writes.retries.push(toRetryRow({ ...refresh, seconds: exchange.retrySeconds, now }));
  }
}

/** The app at the token endpoint, as the audit trail names it. */
export function actorOf(ctx: KoaContextWithOIDC): Actor {
  const requestId = ctx.state.requestId as string | undefined;
  return { type: 'client', id: clientIdOf(ctx), ip: ctx.ip, ...(requestId ? { requestId } : {}) };
}

const clientIdOf = (ctx: KoaContextWithOIDC) => ctx.oidc.client?.clientId ?? '';
const refreshTokenOf = (ctx: KoaContextWithOIDC) => String(ctx.oidc.params?.refresh_token ?? '');
