/** Koa with nothing in it: a document for GET; for POST also a form that is read, and a client secret that is compared. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Koa, { type Context } from 'koa';
import { nobody } from '../target.ts';
import { document } from './document.ts';
import { listen } from './listen.ts';

const known = new Map(nobody.machines.map(({ clientId, clientSecret }) => [clientId, hash(clientSecret)]));
const koa = new Koa();

koa.use(async (ctx) => {
  if (ctx.method === 'POST') await answerClient(ctx);
  else answerDocument(ctx);
});

function answerDocument(ctx: Context): void {
  ctx.type = 'application/json';
  ctx.body = document;
}

async function answerClient(ctx: Context): Promise<void> {
  const form = new URLSearchParams(await read(ctx.req));
  const [id = '', secret = ''] = Buffer.from(ctx.get('Authorization').slice('Basic '.length), 'base64')
    .toString()
    .split(':');
  const expected = known.get(id);
  if (!expected || !timingSafeEqual(expected, hash(secret))) return ctx.throw(401);
  // For whoever asks for a token, so that the same load can be made here.
  if (form.has('grant_type')) ctx.body = { access_token: 'a-token', token_type: 'Bearer', expires_in: 300 };
  else ctx.body = { active: form.has('token'), client_id: id, token_type: 'Bearer' };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function hash(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

listen(koa.callback());
