/** Koa with nothing in it: a document for GET; for POST also a form that is read, and a client secret that is compared. */
import Koa, { type Context } from 'koa';
import { nobody } from '../target.ts';
import { document } from './document.ts';
import { authenticate, hash, readForm } from './form.ts';
import { listen } from './listen.ts';

const known = new Map(nobody.machines.map(({ clientId, clientSecret }) => [clientId, hash(clientSecret)]));
const koa = new Koa();

koa.use(async (ctx) => {
  if (ctx.method === 'POST') await answerClient(ctx);
  else answerDocument(ctx);
});

function answerDocument(ctx: Context): void {
  // For whoever gets a token by a code, so that the same load can be made here; as below.
  if (ctx.query.redirect_uri) ctx.redirect(`${ctx.query.redirect_uri}?code=a-code`);
  else {
    ctx.type = 'application/json';
    ctx.body = document;
  }
}

async function answerClient(ctx: Context): Promise<void> {
  const form = await readForm(ctx.req);
  const id = authenticate(ctx, known);
  if (form.has('grant_type')) ctx.body = { access_token: 'a-token', token_type: 'Bearer', expires_in: 300 };
  else ctx.body = { active: form.has('token'), client_id: id, token_type: 'Bearer' };
}

listen(koa.callback());
