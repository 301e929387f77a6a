import type { Middleware } from 'koa';
import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import { AppError } from '../../errors.ts';

/** `/healthz`: the process answers. `/readyz`: it can serve, because its database answers. */
export function healthRoutes(db: Db): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== '/healthz' && ctx.path !== '/readyz') return next();
    if (ctx.path === '/readyz') {
      await sql`select 1`.execute(db).catch((cause: unknown) => {
        throw new AppError('unavailable', { cause, retryAfter: 1 });
      });
    }
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { status: 'ok' };
  };
}
