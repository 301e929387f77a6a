import type { Middleware } from 'koa';
import { AppError } from '../../errors.ts';

/** What routers leave in the context of what they found for the path, whatever the method. */
interface Matched {
  readonly matched?: readonly { readonly methods: readonly string[] }[];
}

/** Behind all routers: an address that exists, but not for this method (RFC 9110 §15.5.6). @throws {AppError} method_not_allowed */
export const refuseOtherMethods: Middleware<unknown, Matched> = async (ctx) => {
  const methods = new Set(ctx.matched?.flatMap((layer) => layer.methods));
  if (methods.size === 0 || methods.has(ctx.method)) return;
  ctx.set('Allow', [...methods].join(', '));
  throw new AppError('method_not_allowed');
};
