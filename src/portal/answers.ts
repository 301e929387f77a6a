import type { Context } from 'koa';

/** Sends the browser on after a form, with a GET whatever it came with (RFC 9110 §15.4.4). */
export function redirect(ctx: Context, target: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(target);
  ctx.status = 303;
}
