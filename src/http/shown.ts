import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../errors.ts';

/**
 * What a page showed is what is done. A form carries, as `shown`, a digest of what its page says, and whoever does what the
 * form asks for first makes the page anew and compares: when others have changed what it says meanwhile, the page is shown
 * again (docs/decisions/0021). The digest is no secret and proves nothing: it is the same person's who looks at the page.
 */
export function digestOf(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22);
}

/** Whether a form was made from a page that said this. One that does not say from which was not. */
export function isWhatWasShown(ctx: Context, shown: unknown): boolean {
  const { shown: digest } = (ctx.request.body ?? {}) as { shown?: unknown };
  return digest === digestOf(shown);
}

/** @throws {AppError} page_changed */
export function requireShown(ctx: Context, shown: unknown): void {
  if (!isWhatWasShown(ctx, shown)) throw new AppError('page_changed');
}
