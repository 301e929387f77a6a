import type { Context } from 'koa';
import type { UnitOfWork } from './unit-of-work.ts';

/**
 * Middleware for requests of a browser: what they save is written before the answer goes out. When that fails, the browser
 * keeps the cookies that it has, so that it can ask again.
 * @param onLost told of an answer that did not hold
 */
export function writeBeforeAnswering(work: UnitOfWork, onLost: (ctx: Context, error: unknown) => void = () => {}) {
  return async (ctx: Context, next: () => Promise<unknown>): Promise<void> => {
    let isAnswered = false;
    try {
      await work.receive(ctx.path, async () => {
        await next();
        isAnswered = true;
      });
    } catch (error) {
      if (isAnswered) {
        ctx.remove('Set-Cookie');
        ctx.remove('Location');
        onLost(ctx, error);
      }
      throw error;
    }
  };
}
