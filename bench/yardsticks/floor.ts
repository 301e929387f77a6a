/**
 * The floor: Koa that does only what cannot be left out, on the same PostgreSQL with the same signatures. One signature for
 * client credentials; for a code or a refresh token one prepared select, two signatures, and one prepared statement that
 * uses up, issues and notes, with its commit on disk; for a revocation one row and its commit. It checks what makes an
 * answer right, and has no policies, no log lines, no limits.
 */
import { createHash, randomBytes } from 'node:crypto';
import Koa, { type Context } from 'koa';
import type { Alg } from '../target.ts';
import { accessToken, idToken, LIFETIME } from './floor-jwt.ts';
import { end, exchange, type Found, find, saveCode, saveOpaque } from './floor-store.ts';
import { authenticate, hash, readForm } from './form.ts';
import { known } from './known.ts';
import { listen } from './listen.ts';

const { machines, app, rs256App, resources } = known;
const secrets = new Map(
  [...machines, app, rs256App].map(({ clientId, clientSecret }) => [clientId, hash(clientSecret)]),
);
const algs = new Map(Object.entries(resources).map(([alg, identifier]) => [identifier, alg as Alg]));
const random = () => randomBytes(32).toString('base64url');

/** Everyone is signed in and agrees: neither is measured here. */
async function authorize(ctx: Context): Promise<void> {
  const text = (name: string) => String(ctx.query[name] ?? '');
  const code = random();
  const resource = text('resource');
  await saveCode(code, {
    clientId: text('client_id'),
    scope: text('scope'),
    challenge: text('code_challenge'),
    ...(resource && { resource }),
  });
  ctx.redirect(`${text('redirect_uri')}?code=${code}&state=${text('state')}`);
}

async function answerToken(ctx: Context, clientId: string, form: URLSearchParams): Promise<void> {
  const type = form.get('grant_type');
  if (type === 'client_credentials') ctx.body = answerMachine(ctx, clientId, form);
  else if (type === 'authorization_code') ctx.body = await answerExchange(ctx, clientId, form, 'code');
  else if (type === 'refresh_token') ctx.body = await answerExchange(ctx, clientId, form, 'refresh');
  else ctx.throw(400);
}

function answerMachine(ctx: Context, clientId: string, form: URLSearchParams): object {
  const [aud, scope] = [form.get('resource') ?? '', form.get('scope') ?? ''];
  const alg = algs.get(aud) ?? ctx.throw(400);
  const access_token = accessToken(alg, { sub: clientId, clientId, aud, scope });
  return { access_token, expires_in: LIFETIME, token_type: 'Bearer', scope };
}

async function answerExchange(ctx: Context, clientId: string, form: URLSearchParams, kind: 'code' | 'refresh') {
  const presented = form.get(kind === 'code' ? 'code' : 'refresh_token') ?? '';
  const found = await find(presented);
  if (!found || !isGood(found, clientId, form, kind)) return ctx.throw(400);
  const scopes = found.scope.split(' ');
  const refresh_token = random();
  const tokens = {
    access_token: await accessTokenFor(found, clientId),
    expires_in: LIFETIME,
    ...(scopes.includes('openid') && { id_token: idToken(algOf(clientId), { sub: found.person, aud: clientId }) }),
    refresh_token,
    scope: found.scope,
    token_type: 'Bearer',
  };
  return (await exchange(presented, refresh_token, kind)) ? tokens : ctx.throw(400);
}

const algOf = (clientId: string): Alg => (clientId === rs256App.clientId ? 'RS256' : 'ES256');

async function accessTokenFor(found: Found, clientId: string): Promise<string> {
  const { resource: aud, person: sub, scope } = found;
  const alg = algs.get(aud ?? '');
  if (aud && alg) return accessToken(alg, { sub, clientId, aud, scope });
  const opaque = random();
  await saveOpaque(opaque, found);
  return opaque;
}

function isGood(found: Found, clientId: string, form: URLSearchParams, kind: Found['kind']): boolean {
  const { challenge, client_id: owner, used_at: usedAt, expires_at: expiresAt } = found;
  if (found.kind !== kind || owner !== clientId || usedAt || expiresAt.getTime() < Date.now()) return false;
  const verifier = form.get('code_verifier') ?? '';
  return kind !== 'code' || createHash('sha256').update(verifier).digest('base64url') === challenge;
}

async function introspect(ctx: Context, form: URLSearchParams): Promise<void> {
  const found = await find(form.get('token') ?? '');
  const active = found !== undefined && found.expires_at.getTime() > Date.now();
  ctx.body = active
    ? { active, client_id: found.client_id, sub: found.person, scope: found.scope, token_type: 'Bearer' }
    : { active };
}

const koa = new Koa();
koa.use(async (ctx) => {
  if (ctx.path === '/') ctx.body = {};
  else if (ctx.path === '/auth') await authorize(ctx);
  else {
    const form = await readForm(ctx.req);
    const clientId = authenticate(ctx, secrets);
    if (ctx.path === '/token') await answerToken(ctx, clientId, form);
    else if (ctx.path === '/introspection') await introspect(ctx, form);
    else if (ctx.path === '/revocation') {
      await end(form.get('token') ?? '');
      ctx.body = {};
    }
  }
});
listen(koa.callback());
