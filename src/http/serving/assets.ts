import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Middleware } from 'koa';

const folder = new URL('../../../views/assets/', import.meta.url);

/** Serves the few files of `views/assets`, read once; nothing else can be reached through it. */
export function serveAssets(): Middleware {
  const files = new Map(
    readdirSync(folder).map((name) => {
      const body = readFileSync(new URL(name, folder));
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      return [`/assets/${name}`, { body, etag, type: extname(name) }];
    }),
  );
  return async (ctx, next) => {
    const file = ctx.method === 'GET' || ctx.method === 'HEAD' ? files.get(ctx.path) : undefined;
    if (!file) return next();
    ctx.type = file.type;
    ctx.set('Cache-Control', 'public, max-age=300');
    answerCached(ctx, file.body, file.etag);
  };
}

/**
 * Answers with the body, or with 304 when the caller has it already (RFC 9110 §13.1.2). Not by `ctx.fresh`: that sends the
 * body to whoever says `no-cache`, and the global fetch adds that to every conditional request.
 */
export function answerCached(ctx: Parameters<Middleware>[0], body: Buffer | string | object, etag: string): void {
  ctx.status = 200;
  ctx.set('ETag', etag);
  if (names(ctx.get('If-None-Match'), etag)) ctx.status = 304;
  else ctx.body = body;
}

/** By weak comparison, because a proxy that compresses makes a tag weak. */
function names(ifNoneMatch: string, etag: string): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag.replace(/^W\//, '')) || tags.includes('*');
}
