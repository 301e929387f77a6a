import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { Context } from 'koa';
import * as client from 'openid-client';
import { findActiveAccount } from '../accounts/accounts.ts';
import { endSession, findSession, startSession } from '../accounts/portal-sessions.ts';
import { PORTAL_CLIENT } from '../clients/portal-client.ts';
import type { Database } from '../db/connection.ts';
import { AppError } from '../errors.ts';
import { csrfToken, requireCsrf } from '../http/csrf.ts';
import type { Loopback } from '../http/loopback.ts';
import type { Render } from '../http/render.ts';

const SESSION_SECONDS = 8 * 3600;
const SIGN_IN_SECONDS = 3600;

export interface PortalParts {
  readonly db: Database['db'];
  readonly render: Render;
  readonly clock: () => Date;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
  readonly loopback: Loopback;
}

/** The home page, and signing in to it and out again. */
export function portalRoutes(parts: PortalParts): Router {
  const { db, clock, issuer } = parts;
  const router = new Router();
  const https = issuer.startsWith('https:');
  const cookieName = `${https ? '__Host-' : ''}latchkey_portal`;
  const sessionId = (ctx: Context) => ctx.cookies.get(cookieName, { signed: true });
  const setCookie = (ctx: Context, id: string | null) =>
    ctx.cookies.set(cookieName, id, {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      secure: https,
      path: '/',
      overwrite: true,
    });
  const connect = createConnection(parts);

  router.get('/', async (ctx) => {
    const id = sessionId(ctx);
    const session = await findSession(db, id, clock());
    const account = session?.accountId ? await findActiveAccount(db, session.accountId) : undefined;
    parts.render(ctx, 'home', {
      issuer,
      discovery: `${issuer}/.well-known/openid-configuration`,
      account: account && { name: account.name, email: account.email },
      csrf: id && csrfToken(parts.cookieKeys, id),
    });
  });

  router.get('/sign-in', async (ctx) => {
    const pending = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
    };
    const target = client.buildAuthorizationUrl(await connect(), {
      redirect_uri: `${issuer}/signed-in`,
      scope: 'openid profile email',
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    await endSession(db, sessionId(ctx));
    setCookie(ctx, await startSession(db, { pending }, { now: clock(), seconds: SIGN_IN_SECONDS }));
    redirect(ctx, target.href);
  });

  router.get('/signed-in', async (ctx) => {
    const id = sessionId(ctx);
    const pending = (await findSession(db, id, clock()))?.pending;
    if (!pending) throw new AppError('sign_in_expired');
    await endSession(db, id);
    if (ctx.query.error) return redirect(ctx, '/');
    const accountId = await redeem(await connect(), new URL(ctx.url, issuer), pending);
    setCookie(ctx, await startSession(db, { accountId }, { now: clock(), seconds: SESSION_SECONDS }));
    redirect(ctx, '/');
  });

  router.post('/sign-out', bodyParser({ enableTypes: ['form'], formLimit: '4kb' }), async (ctx) => {
    const id = sessionId(ctx) ?? '';
    const token = (ctx.request.body as { csrf?: unknown } | undefined)?.csrf;
    requireCsrf(ctx, { cookieKeys: parts.cookieKeys, visit: id, issuer, token });
    await endSession(db, id);
    setCookie(ctx, null);
    const target = client.buildEndSessionUrl(await connect(), { post_logout_redirect_uri: `${issuer}/` });
    redirect(ctx, target.href);
  });

  return router;
}

async function redeem(
  configuration: client.Configuration,
  callback: URL,
  pending: { state: string; nonce: string; codeVerifier: string },
): Promise<string> {
  try {
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      pkceCodeVerifier: pending.codeVerifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    });
    return tokens.claims()?.sub ?? '';
  } catch (cause) {
    throw new AppError('sign_in_expired', { cause });
  }
}

/** Discovers once, when first needed: at the start the server does not listen yet. */
function createConnection({ issuer, loopback }: PortalParts): () => Promise<client.Configuration> {
  let connection: Promise<client.Configuration> | undefined;
  const discover = () =>
    client.discovery(new URL(issuer), PORTAL_CLIENT, { id_token_signed_response_alg: 'ES256' }, client.None(), {
      [client.customFetch]: (url, init) => loopback.fetch(url, init),
      execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
    });
  return () => {
    connection ??= discover().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  };
}

function redirect(ctx: Context, target: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(target);
  ctx.status = 303;
}
