import type { Middleware } from 'koa';
import { AppError } from '../../errors.ts';
import type { OwnNames } from './own-names.ts';

/** Probes come by address, so these answer under any Host. */
const PROBES = new Set(['/healthz', '/readyz']);

/**
 * The issuer is configuration, never the Host header: a request for another host is refused, and everything behind this
 * sees the issuer's host and scheme whatever a proxy or a client said. Under a further name of ours only what programs
 * call is answered, without cookies: a browser that got there would be where its cookies are not.
 */
export function pinHost(names: OwnNames, isForPrograms: (path: string) => boolean): Middleware {
  const { host, protocol } = new URL(names.origin);
  return async (ctx, next) => {
    const { origin, fault } = ctx.state.arrival;
    if (fault) throw new AppError(fault);
    const isIssuer = origin === names.origin;
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
