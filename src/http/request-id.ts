import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import type { RequestState } from './context.ts';

/**
 * Gives every request an id and writes one line when it is answered: method, path, status and time. Queries, bodies,
 * cookies and header values are never logged, because tokens and codes travel in them.
 */
export function identifyRequests(log: Logger): Middleware<RequestState> {
  return async (ctx, next) => {
    const started = performance.now();
    ctx.state.requestId = randomUUID();
    ctx.state.log = log.child({ requestId: ctx.state.requestId });
    ctx.set('X-Request-Id', ctx.state.requestId);
    ctx.res.once('close', () => {
      const ms = Math.round((performance.now() - started) * 10) / 10;
      ctx.state.log.info({ method: ctx.method, path: loggablePath(ctx.path), status: ctx.status, ms }, 'request');
    });
    await next();
  };
}

/** Interaction ids and the like are bearer values in a path. */
export function loggablePath(path: string): string {
  return path.replace(/^\/(auth|device|interaction)\/[^/]+/, '/$1/…').slice(0, 200);
}
