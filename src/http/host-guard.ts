import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';

/** Probes come by address, so these answer under any Host. */
const PROBES = new Set(['/healthz', '/readyz']);

/**
 * The issuer is configuration, never the Host header: a request for another host is refused, and everything behind this
 * sees the issuer's host and scheme whatever a proxy or a client said.
 */
export function pinHost(issuer: string): Middleware {
  const { host, protocol } = new URL(issuer);
  return async (ctx, next) => {
    takeOriginForm(ctx, host);
    const { headers } = ctx.req;
    if (headers.host?.toLowerCase() !== host && !PROBES.has(ctx.path)) throw new AppError('wrong_host');
    headers.host = host;
    headers['x-forwarded-host'] = host;
    headers['x-forwarded-proto'] = protocol.slice(0, -1);
    await next();
  };
}

/** Without a proxy that is trusted an address that a request claims is nobody's; ahead of all that asks for it (`ctx.ip`). */
export const dropForwardedFor: Middleware = (ctx, next) => {
  delete ctx.req.headers['x-forwarded-for'];
  return next();
};

/** A target with a host of its own outranks the Host header (RFC 9112 §3.2.2), and Koa would publish it in addresses. */
function takeOriginForm(ctx: Context, host: string): void {
  const target = ctx.req.url ?? '';
  if (target.startsWith('/') || target === '*') return;
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
  if (authority?.toLowerCase() !== host) throw new AppError('wrong_host');
  ctx.url = rest.startsWith('/') ? rest : `/${rest}`;
  ctx.originalUrl = ctx.url;
  ctx.request.originalUrl = ctx.url;
}
