import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import type { RequestState } from '../http/context.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import type { UnitOfWork } from './storage/unit-of-work.ts';
import type { UsageNotes } from './usage.ts';

/**
 * What the provider tells of: refusals go to the log and to usage with their reason, revocations into the exchange's audit.
 * Listeners run in the middle of a request, so none of them throws or waits.
 */
export function listenToProvider(provider: Provider, work: UnitOfWork, usage: UsageNotes, log: Logger): void {
  const refused = (event: string) => (ctx: KoaContextWithOIDC, error: Refusal) => {
    // structured-tokens.ts goes on from here.
    if (error.message === 'unsupported_token_type') return;
    const { message, error_detail: detail, error_description: description, scope } = error;
    usage.keep(ctx, { error: message, detail: detail ?? description, scope });
    requestLog(ctx, log).info({ event, client: ctx.oidc?.client?.clientId, error: message, detail }, 'refused');
  };
  const emitter: EventEmitter = provider;
  for (const event of [
    'grant.error',
    'authorization.error',
    'introspection.error',
    'revocation.error',
    'userinfo.error',
    'pushed_authorization_request.error',
    'device_authorization.error',
    'code_verification.error',
    'device_resume.error',
    'end_session.error',
    'end_session_confirm.error',
  ]) {
    emitter.on(event, refused(event));
  }
  provider.on('authorization.success', (ctx) => usage.keep(ctx, { error: SUCCESS }));
  provider.on('server_error', (ctx, error) => {
    usage.keep(ctx, { error: isDatabaseFailure(error) ? 'temporarily_unavailable' : 'server_error' });
    requestLog(ctx, log).error({ err: error }, 'the provider failed');
  });
  provider.on('grant.revoked', (ctx, grantId) => {
    const clientId = ctx.oidc.client?.clientId;
    const reason = ctx.oidc.route === 'revocation' ? 'revocation' : 'reuse';
    const exchange = work.exchange();
    if (exchange && reason === 'reuse') ctx.state.happened = 'reuse' satisfies RequestState['happened'];
    exchange?.writes.events.push({ type: 'grant.revoked', grantId, reason, ...(clientId ? { clientId } : {}) });
  });
}

interface Refusal extends Error {
  readonly error_detail?: string;
  readonly error_description?: string;
  readonly scope?: string;
}

const requestLog = (ctx: KoaContextWithOIDC, log: Logger) => (ctx.state?.log as Logger | undefined) ?? log;
