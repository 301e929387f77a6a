/** What a sign-in cannot do without: Koa that checks a password for each authorization request, and answers with a code. */
import Koa from 'koa';
import { hashPassword, verifyPassword } from '../../src/accounts/passwords.ts';
import { listen } from './listen.ts';

const PASSWORD = 'correct horse battery staple';
const stored = await hashPassword(PASSWORD);

const koa = new Koa();
koa.use(async (ctx) => {
  if (ctx.path === '/') ctx.body = {};
  else if (await verifyPassword(stored, PASSWORD)) ctx.redirect(`${ctx.query.redirect_uri}?code=a-code`);
});
listen(koa.callback());
