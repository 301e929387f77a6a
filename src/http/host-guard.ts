import type { Middleware } from 'koa';
import { AppError } from '../errors.ts';

/** Probes come by address, so these answer under any Host. */
const PROBES = new Set(['/healthz', '/readyz']);

/**
 * The issuer is configuration, never the Host header: a request for another host is refused, and everything behind this
 * sees the issuer's host and scheme whatever a proxy or a client said.
 */
export function pinHost(issuer: string, trustedProxies: number): Middleware {
  const { host, protocol } = new URL(issuer);
  return async (ctx, next) => {
    const { headers } = ctx.req;
    if (headers.host?.toLowerCase() !== host && !PROBES.has(ctx.path)) throw new AppError('wrong_host');
    headers.host = host;
    headers['x-forwarded-host'] = host;
    headers['x-forwarded-proto'] = protocol.slice(0, -1);
    if (trustedProxies === 0) delete headers['x-forwarded-for'];
    await next();
  };
}
