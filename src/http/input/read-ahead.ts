import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { AppError } from '../../errors.ts';

export const MAX_BODY = 56 * 1024;

/**
 * A request's whole body, read once and put back: oidc-provider parses bodies itself.
 * @throws {AppError} payload_too_large; invalid_request when the request ends before its body does
 */
export async function readAhead(ctx: Context): Promise<Buffer> {
  ctx.state.body ??= await readAndPutBack(ctx.req);
  return ctx.state.body as Buffer;
}

/** Puts another body in the place of one that was read ahead and is not empty. In one turn, as below. */
export function replaceBody(ctx: Context, body: Buffer): void {
  while (ctx.req.read() !== null);
  ctx.req.unshift(body);
  ctx.state.body = body;
  if (ctx.req.headers['content-length'] !== undefined) ctx.req.headers['content-length'] = String(body.length);
}

/** Works on the paused stream: the body is pushed back in the same turn, before its end is told to anyone. */
function readAndPutBack(request: IncomingMessage): Promise<Buffer> {
  // Reading nothing would end the stream, and nothing can be put back into one that has ended.
  if (request.headers['content-length'] === '0') return Promise.resolve(Buffer.alloc(0));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const settle = (act: () => void) => {
    request.off('readable', read).off('end', read).off('error', fail);
    act();
  };
  const fail = (cause: unknown) =>
    settle(() => reject(new AppError('invalid_request', { detail: 'The request ended before its body did.', cause })));
  const read = () => {
    for (let chunk = request.read() as Buffer | null; chunk; chunk = request.read() as Buffer | null) {
      chunks.push(chunk);
      size += chunk.length;
    }
    if (size > MAX_BODY) return settle(() => reject(new AppError('payload_too_large')));
    if (!request.complete) return;
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
    if (size > 0) request.unshift(body);
    settle(() => resolve(body));
  };
  if (request.destroyed) fail(request.errored);
  else request.on('readable', read).on('end', read).on('error', fail);
  return promise;
}
