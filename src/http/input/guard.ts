import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors.ts';
import { isStorable } from '../../json.ts';
import { t } from '../../texts/texts.ts';
import { formText, requirePlainBody } from './body-coding.ts';
import { MAX_BODY, readAhead } from './read-ahead.ts';

/** Forms with a file in them: what a camera makes is to be refused by the form (upload.ts), not here. */
const MAX_UPLOAD = 16 * 1024 * 1024;
const MAX_TARGET = 16 * 1024;

/** Addresses where a form may be posted that must work as the same request by GET (OpenID Connect Core §3.1.2.1). */
const POST_AS_GET = new Set(['/auth', '/session/end']);

/**
 * Refuses what PostgreSQL cannot store (NUL, lone surrogates), what is too large, and what would have to be unpacked, before
 * anything else reads it: a clear 4xx here instead of a 500 from the depths. JSON is judged where it is parsed (json.ts).
 *
 * oidc-provider parses bodies itself, so a form body is read ahead, judged, and put back.
 */
export function guardInput(takesUpload: (ctx: Context) => boolean): Middleware {
  return async (ctx, next) => {
    if ((ctx.req.url?.length ?? 0) > MAX_TARGET) throw new AppError('payload_too_large');
    if (!isWellEncoded(ctx.req.url ?? '')) throw new AppError('malformed_encoding');
    requirePlainBody(ctx);
    if (ctx.method !== 'POST') return next();
    if ((ctx.request.length ?? 0) > MAX_BODY) requireSmallUpload(ctx, takesUpload(ctx));
    if (!ctx.is('application/x-www-form-urlencoded')) return next();
    ctx.state.formBody = formText(await readAhead(ctx));
    if (!isWellEncoded(ctx.state.formBody)) throw new AppError('malformed_encoding');
    if (POST_AS_GET.has(ctx.path)) return redirectToGet(ctx, ctx.state.formBody);
    await next();
  };
}

function requireSmallUpload(ctx: Context, isUpload: boolean): void {
  if (!isUpload) throw new AppError('payload_too_large');
  if ((ctx.request.length ?? 0) <= MAX_UPLOAD) return;
  throw new AppError('payload_too_large', { detail: t('refusals.fileLarge') });
}

/** Percent-encoded text that decodes to UTF-8 without NUL. Overlong forms and surrogates are not UTF-8. */
export function isWellEncoded(text: string): boolean {
  if (text.includes('\0')) return false;
  try {
    const decoded = decodeURIComponent(text);
    return isStorable(decoded);
  } catch {
    return false;
  }
}

/** A cookie that is SameSite=Lax does not come with a cross-site POST, but does with the GET that follows a 303. */
function redirectToGet(ctx: Context, body: string): void {
  const target = `${ctx.path}?${body}`;
  if (target.length > MAX_TARGET) throw new AppError('payload_too_large');
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(target);
  ctx.status = 303;
}
