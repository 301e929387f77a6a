import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import * as client from 'openid-client';
import { findSignInOfToken } from '../accounts/own/sign-in.ts';
import { signInEpochOf } from '../accounts/portal-sessions.ts';
import { PORTAL_CLIENT } from '../clients/own/portal-client.ts';
import { AppError } from '../errors.ts';
import type { Loopback } from '../http/network/loopback.ts';
import { redirect } from './answers.ts';
import type { PortalParts } from './parts.ts';
import { type Visits, visitorOf } from './visits.ts';

export const SESSION_SECONDS = 8 * 3600;
const SIGN_IN_SECONDS = 3600;

/** The portal signs in as any app does: it is an OpenID Connect client of this very server. */
export function addSignIn(router: Router, parts: PortalParts, visits: Visits, form: Middleware): void {
  const { issuer } = parts;
  const connect = createConnection(parts);

  router.get('/sign-in', async (ctx) => {
    // Any site may send someone here, and is not to take a visit from under the forms that are open in it.
    const visitor = await visits.find(ctx);
    const again = visitor && ctx.query.again !== undefined;
    if (visitor && !again) return redirect(ctx, localPath(ctx.query.to));
    const pending = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
      returnTo: localPath(ctx.query.to),
    };
    const target = client.buildAuthorizationUrl(await connect(), {
      redirect_uri: `${issuer}/signed-in`,
      scope: 'openid profile email',
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
      ...(again ? { prompt: 'login', login_hint: visitor.account.email } : {}),
    });
    if (again) await visits.replace(ctx, { ...(await visits.session(ctx)), pending });
    else await visits.start(ctx, { pending }, { seconds: SIGN_IN_SECONDS });
    redirect(ctx, target.href);
  });

  router.get('/signed-in', async (ctx) => {
    const { pending, ...before } = (await visits.session(ctx)) ?? {};
    if (!pending) throw new AppError('sign_in_expired');
    if (ctx.query.error) {
      // Whoever was asked for their password once more, and goes back, is signed in as before.
      if (before.accountId) await visits.replace(ctx, before);
      else await visits.end(ctx);
      return redirect(ctx, before.accountId ? '/account' : '/');
    }
    const configuration = await connect();
    const { accountId, accessToken } = await redeem(configuration, new URL(issuer + ctx.url), pending);
    const epoch = await signInEpochOf(parts.db, accountId);
    const signIn = await findSignInOfToken(parts.db, accessToken);
    await requireLive(configuration, accountId, accessToken);
    await visits.start(
      ctx,
      { accountId, authTime: signIn?.authTime },
      { seconds: SESSION_SECONDS, epoch, signInHash: signIn?.hash },
    );
    redirect(ctx, localPath(pending.returnTo));
  });

  router.post('/sign-out', form, async (ctx) => {
    visits.requireCsrf(ctx);
    await visits.end(ctx);
    parts.signOuts.note(ctx);
    const target = client.buildEndSessionUrl(await connect(), { post_logout_redirect_uri: `${issuer}/` });
    redirect(ctx, target.href);
  });
}

/** What changes who can sign in is for people who gave their password a short while ago. */
const RECENT_SECONDS = 600;

/** Whether somebody has to give their password again before they go on to a page. If so, they are on their way. */
export function asksAgain(ctx: Context, path: string): boolean {
  const { authTime, by } = visitorOf(ctx);
  if (by.now.getTime() - authTime.getTime() <= RECENT_SECONDS * 1000) return false;
  redirect(ctx, `/sign-in?again=1&to=${encodeURIComponent(path)}`);
  return true;
}

/** A path on this server; anything else is the home page, so that nobody is sent elsewhere after signing in. */
export function localPath(value: unknown): string {
  const here = 'http://here.invalid';
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > 2000) return '/';
  const target = URL.parse(value, here);
  if (target?.origin !== here || value.includes('\\')) return '/';
  // Without its dots a path may begin with two slashes, and would then name another host.
  return target.pathname.startsWith('//') ? '/' : target.pathname + target.search;
}

async function redeem(
  configuration: client.Configuration,
  callback: URL,
  pending: { state: string; nonce: string; codeVerifier: string },
): Promise<{ accountId: string; accessToken: string }> {
  try {
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      pkceCodeVerifier: pending.codeVerifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    });
    return { accountId: tokens.claims()?.sub ?? '', accessToken: tokens.access_token };
  } catch (cause) {
    throw new AppError('sign_in_expired', { cause });
  }
}

/**
 * The token ends with the session that the sign-in is of. If that lives after the epoch was read, it is its epoch; if not,
 * all sessions of the person have ended meanwhile, and there is to be none here either.
 */
async function requireLive(configuration: client.Configuration, accountId: string, accessToken: string): Promise<void> {
  try {
    await client.fetchUserInfo(configuration, accessToken, accountId);
  } catch (cause) {
    throw new AppError('sign_in_expired', { cause });
  }
}

/** Discovers once, when first needed: at the start the server does not listen yet. */
function createConnection({ issuer, loopback }: { issuer: string; loopback: Loopback }) {
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
