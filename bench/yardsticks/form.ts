import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';

export const hash = (value: string): Buffer => createHash('sha256').update(value).digest();

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** The app whose secret, known by its hash, is in the Authorization header (RFC 6749 §2.3.1). @throws 401 */
export function authenticate(ctx: Context, secrets: ReadonlyMap<string, Buffer>): string {
  const [id = '', secret = ''] = Buffer.from(ctx.get('Authorization').slice('Basic '.length), 'base64')
    .toString()
    .split(':');
  const expected = secrets.get(id);
  if (!expected || !timingSafeEqual(expected, hash(secret))) return ctx.throw(401);
  return id;
}
