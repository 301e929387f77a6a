import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Middleware } from 'koa';
import type { Asset } from '../../views/assets.ts';

/** What is worth compressing: fonts are compressed already. */
const TEXT = new Set(['.css', '.js', '.svg']);

interface Served {
  readonly type: string;
  readonly etag: string;
  /** By the name of the coding. */
  readonly coded: Readonly<Record<string, Buffer>>;
  readonly keep: string;
}

/**
 * Serves the assets of pages; nothing else can be reached through it. Pages call them by names with a digest, which are kept
 * for a year. The plain names are for what is not a page of ours, and are asked for anew after five minutes.
 */
export function serveAssets(assets: readonly Asset[]): Middleware {
  const files = new Map<string, Served>();
  for (const { name, hashedName, body } of assets) {
    const file = { type: extname(name), etag: etagOf(body), coded: codingsOf(name, body) };
    files.set(`/assets/${hashedName}`, { ...file, keep: 'public, max-age=31536000, immutable' });
    files.set(`/assets/${name}`, { ...file, keep: 'public, max-age=300' });
  }
  return async (ctx, next) => {
    const file = ctx.method === 'GET' || ctx.method === 'HEAD' ? files.get(ctx.path) : undefined;
    if (!file) return next();
    ctx.type = file.type;
    ctx.set('Cache-Control', file.keep);
    const coding = ctx.acceptsEncodings(Object.keys(file.coded)) || 'identity';
    if (coding !== 'identity') ctx.set('Content-Encoding', coding);
    if (TEXT.has(file.type)) ctx.vary('Accept-Encoding');
    answerCached(ctx, file.coded[coding] as Buffer, file.etag);
  };
}

/** A weak tag, because it names the content in each coding (RFC 9110 §8.8.1). */
const etagOf = (body: Buffer) => `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** The best one first. They are compressed once, at the start, as well as it goes. */
function codingsOf(name: string, body: Buffer): Readonly<Record<string, Buffer>> {
  if (!TEXT.has(extname(name))) return { identity: body };
  return { br: brotliCompressSync(body), gzip: gzipSync(body), identity: body };
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
