import type { Context, Middleware } from 'koa';
import compress from 'koa-compress';

/** What is compressed on the way out. Assets are already; JSON and streams are for programs, and are short. */
const PAGES = new Set(['text/html']);

/**
 * Compresses pages. A page for one person has secrets in it, such as the token of its forms, and may repeat what the address
 * says; from the length of many such answers another site could guess the secrets (BREACH). So a page is compressed only
 * when the browser says that no other site made it ask (docs/decisions/0035), or when everybody gets the same page.
 */
export function compressPages(isForEverybody: (ctx: Context) => boolean): Middleware {
  const compressed = compress({ filter: (type) => PAGES.has(type.split(';')[0] ?? ''), threshold: 1024 });
  return async (ctx, next) => {
    if (!isForEverybody(ctx) && !isAskedByNobodyElse(ctx)) return next();
    await compressed(ctx, next);
    // A tag that is not weak names the content in one coding (RFC 9110 §8.8.1).
    const { etag, 'content-encoding': coding } = ctx.response.headers;
    if (coding && etag?.startsWith('"')) ctx.set('ETag', `W/${etag}`);
  };
}

/** Fetch Metadata: `none` is a person who typed the address, or opened a bookmark. Programs do not send it at all. */
const isAskedByNobodyElse = (ctx: Context) => ['same-origin', 'none'].includes(ctx.get('Sec-Fetch-Site'));
