import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';
import { isHost } from './arrival.ts';
import type { OwnNames } from './own-names.ts';

/** Probes come by address, so these answer under any Host. */
const PROBES = new Set(['/healthz', '/readyz']);

/**
 * The issuer is configuration, never the Host header: a request for another host is refused, and everything behind this
 * sees the issuer's host and scheme whatever a proxy or a client said. Under a further name of ours only what programs
 * call is answered, without cookies: a browser that got there would be where its cookies are not.
 */
export function pinHost(names: OwnNames, isForPrograms: (path: string) => boolean): Middleware {
  const { host, protocol } = new URL(names.issuer);
  return async (ctx, next) => {
    const { origin, fault } = ctx.state.arrival;
    if (fault) throw new AppError(fault);
    takeOriginForm(ctx, names);
    const isIssuer = origin === names.issuer;
    const isOpen = isIssuer || PROBES.has(ctx.path) || (origin !== undefined && isForPrograms(ctx.path));
    if (!isOpen) throw new AppError('wrong_host');
    const { headers } = ctx.req;
    headers.host = host;
    headers['x-forwarded-host'] = host;
    headers['x-forwarded-proto'] = protocol.slice(0, -1);
    if (isIssuer) return next();
    delete headers.cookie;
    try {
      await next();
    } finally {
      if (!ctx.headerSent) ctx.remove('Set-Cookie');
    }
  };
}

/**
 * A target with a host of its own outranks the Host header (RFC 9112 §3.2.2), and Koa would publish it in addresses. Both
 * must name us, and by the same name.
 */
function takeOriginForm(ctx: Context, names: OwnNames): void {
  const target = ctx.req.url ?? '';
  if (target.startsWith('/') || target === '*') return;
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
  if (authority === undefined || !isHost(authority)) throw new AppError('malformed_host');
  const origin = names.find(authority);
  if (origin === undefined || origin !== ctx.state.arrival.origin) throw new AppError('wrong_host');
  ctx.url = rest.startsWith('/') ? rest : `/${rest}`;
  ctx.originalUrl = ctx.url;
  ctx.request.originalUrl = ctx.url;
}
