import type { Middleware } from 'koa';
import { answerCached } from './assets.ts';

interface BrandFile {
  readonly type: string;
  readonly body: Buffer;
  readonly digest: string;
}

const ADDRESS = /^\/brand\/(accent|logo|dark-logo|preview)-(\w{1,40})\.(?:css|png)$/;

/**
 * Serves the pictures and the style sheet of the branding. Under the digest of what it is now a file is kept for a year; a
 * page from before a change gets what there is now, and asks again soon.
 */
export function serveBrandFiles(find: (kind: string, digest: string) => Promise<BrandFile | undefined>): Middleware {
  return async (ctx, next) => {
    const [, kind, digest] = ADDRESS.exec(ctx.path) ?? [];
    if (!kind || !digest || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    const file = await find(kind, digest);
    if (!file) return next();
    ctx.type = file.type;
    ctx.set('Cache-Control', file.digest === digest ? 'public, max-age=31536000, immutable' : 'public, max-age=60');
    answerCached(ctx, file.body, `"${file.digest}"`);
  };
}
