import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import type { UnitOfWork } from './unit-of-work.ts';

/**
 * What the provider tells of: refusals go to the log with their reason, revocations into the exchange's audit. Listeners
 * run in the middle of a request, so none of them throws or waits.
 */
export function listenToProvider(provider: Provider, work: UnitOfWork, log: Logger): void {
  const refused = (event: string) => (ctx: KoaContextWithOIDC, error: Error & { error_detail?: string }) => {
    // structured-tokens.ts goes on from here.
    if (error.message === 'unsupported_token_type') return;
    const { message, error_detail: detail } = error;
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
  provider.on('server_error', (ctx, error) => {
    requestLog(ctx, log).error({ err: error }, 'the provider failed');
  });
  provider.on('grant.revoked', (ctx, grantId) => {
    const clientId = ctx.oidc.client?.clientId;
    work
      .exchange()
      ?.writes.events.push({ type: 'grant.revoked', grantId, reason: 'reuse', ...(clientId ? { clientId } : {}) });
  });
}

const requestLog = (ctx: KoaContextWithOIDC, log: Logger) => (ctx.state?.log as Logger | undefined) ?? log;
