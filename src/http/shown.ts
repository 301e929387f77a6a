import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../errors.ts';

/**
 * What a page showed is what is done. A form carries, as `shown`, a digest of what its page says. Its handler first
 * makes the page anew and compares the digests; when they differ, the page is shown again (docs/decisions/0021). The
 * digest is no secret and proves nothing: the person who sends the form is the one who saw the page.
 */
export function digestOf(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22);
}

/** Whether a form was made from a page that said this; false for a form without a digest. */
export function isWhatWasShown(ctx: Context, shown: unknown): boolean {
  const { shown: digest } = (ctx.request.body ?? {}) as { shown?: unknown };
  return digest === digestOf(shown);
}

/** @throws {AppError} page_changed */
export function requireShown(ctx: Context, shown: unknown): void {
  if (!isWhatWasShown(ctx, shown)) throw new AppError('page_changed');
}
