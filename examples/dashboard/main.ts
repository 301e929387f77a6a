/**
 * A homepage dashboard, which is what this server is for: people sign in, and see tiles from two APIs. One API is read by the
 * dashboard for itself (client credentials), the other on behalf of whoever is signed in (authorization code with PKCE).
 *
 *   npm run example:dashboard      then open http://localhost:4000
 *
 * All tokens are kept and renewed in this process. The browser holds the random name of its session, and nothing else.
 */
import { readFileSync } from 'node:fs';
import Router from '@koa/router';
import Koa from 'koa';
import { createTokenSource } from '../dashboard-backend.ts';
import { readDemo, setting } from '../demo.ts';
import { startApis } from './apis.ts';
import { dashboardPage, problemPage, welcomePage } from './page.ts';
import { createSessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';
import { readTiles } from './tiles.ts';

const demo = readDemo();
const issuer = process.env.ISSUER ?? 'http://localhost:3000';
const reports = setting('REPORTS_API', demo?.api.identifier);
const tasks = setting('TASKS_API', demo?.tasks?.identifier);
const redirectUri = process.env.REDIRECT_URI ?? demo?.web.redirectUri ?? 'http://localhost:4000/callback';
const { origin, port } = new URL(redirectUri);

const apis = await startApis({ issuer, reports, tasks });
const sessions = createSessions({ secure: origin.startsWith('https:') });
const signIn = await createSignIn({
  // offline_access is a refresh token: the dashboard goes on for longer than five minutes. The person agrees to it once.
  ...{ issuer, redirectUri, resource: tasks, scope: 'openid profile offline_access tasks:read' },
  clientId: setting('CLIENT_ID', demo?.web.clientId),
  clientSecret: setting('CLIENT_SECRET', demo?.web.clientSecret),
});
/** For the dashboard itself: one source of tokens for each scope, so that a tile that is refused takes no other one along. */
const ofItself = (scope: string) =>
  createTokenSource({
    ...{ tokenEndpoint: `${issuer}/token`, resource: reports, scope },
    clientId: setting('MACHINE_CLIENT_ID', demo?.machine.clientId),
    clientSecret: setting('MACHINE_CLIENT_SECRET', demo?.machine.clientSecret),
  });
const sources = { orders: ofItself('reports:read'), revenue: ofItself('reports:revenue') };

const router = new Router();

router.get('/', async (ctx) => {
  const session = sessions.of(ctx);
  if (!session?.person) {
    ctx.body = welcomePage();
    return;
  }
  ctx.body = dashboardPage(session.person.name, await readTiles({ apis, sources, issuer }, session.person, signIn));
});

router.get('/sign-in', async (ctx) => {
  const { pending, target } = await signIn.begin();
  sessions.open(ctx, { pending });
  ctx.redirect(target.href);
});

router.get('/callback', async (ctx) => {
  const { pending } = sessions.end(ctx) ?? {};
  // Another browser's answer, or one that was used before, signs nobody in.
  if (!pending) return ctx.redirect('/');
  const person = await signIn.finish(new URL(ctx.url, origin), pending);
  // A new name for the session, so that whoever knew the one from before is not signed in with it.
  sessions.open(ctx, { person });
  ctx.redirect('/');
});

// The cookie is SameSite=Lax, so another site's form does not bring it along: a POST is the person's own.
router.post('/sign-out', (ctx) => {
  const person = sessions.end(ctx)?.person;
  ctx.status = 303;
  ctx.redirect(person ? signIn.endUrl(person, `${origin}/`).href : '/');
});

const style = readFileSync(new URL('dashboard.css', import.meta.url));
router.get('/dashboard.css', (ctx) => {
  ctx.type = 'css';
  ctx.body = style;
});

const app = new Koa();
app.use(async (ctx, next) => {
  ctx.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  try {
    await next();
  } catch (error) {
    const refusal = signIn.explain(error);
    if (!refusal) console.error(error);
    ctx.status = refusal ? 403 : 500;
    ctx.body = problemPage(refusal ?? 'Something went wrong here. The log of the dashboard says what.');
  }
});
app.use(router.routes());
app.listen(Number(port || 80), 'localhost', () => console.log(`The dashboard listens on ${origin}`));
