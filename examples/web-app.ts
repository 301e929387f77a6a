/**
 * A web app that people sign in to (authorization code with PKCE, OpenID Connect Core §3.1), and that may then read an API
 * for them, also while they are away.
 *
 *   npm run example:web      then open http://localhost:4000
 *
 * Which tokens does it get? The request names an API (`resource`), so the access token is a JWT for that API, and the
 * person's name and address come in the ID token. A request with `openid` and without `resource` would get an opaque access
 * token, good for the UserInfo endpoint and for nothing else. docs/tokens.md has the whole story.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { readDemo, setting } from './demo.ts';

const demo = readDemo();
const issuer = new URL(process.env.ISSUER ?? 'http://localhost:3000');
const redirectUri = process.env.REDIRECT_URI ?? demo?.web.redirectUri ?? 'http://localhost:4000/callback';
const resource = setting('AUDIENCE', demo?.api.identifier);
const { origin, port } = new URL(redirectUri);

const server = await client.discovery(
  issuer,
  setting('CLIENT_ID', demo?.web.clientId),
  undefined,
  client.ClientSecretBasic(setting('CLIENT_SECRET', demo?.web.clientSecret)),
  // Plain http is for trying it on your own machine; openid-client refuses it unless told so.
  { execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [] },
);

/** Tokens stay on the server. The browser holds nothing but the random name of its session. */
interface Session {
  /** A sign-in that is under way: what its answer is checked against. */
  pending?: { state: string; nonce: string; codeVerifier: string };
  tokens?: client.TokenEndpointResponse;
  claims?: client.IDToken;
  refreshing?: Promise<void>;
}

/** In memory: gone with a restart. A real app keeps them in its database, with an expiry. */
const sessions = new Map<string, Session>();

async function startSignIn(response: ServerResponse): Promise<void> {
  const pending = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
  };
  openSession(response, { pending });
  const target = client.buildAuthorizationUrl(server, {
    redirect_uri: redirectUri,
    resource,
    // offline_access is a refresh token; the person agrees to it once.
    scope: 'openid profile email offline_access reports:read',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: 'S256',
  });
  redirect(response, target.href);
}

async function finishSignIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { id, session } = sessionOf(request);
  if (!session?.pending) return redirect(response, '/');
  sessions.delete(id);
  const tokens = await client.authorizationCodeGrant(server, new URL(request.url ?? '', origin), {
    expectedState: session.pending.state,
    expectedNonce: session.pending.nonce,
    pkceCodeVerifier: session.pending.codeVerifier,
    idTokenExpected: true,
  });
  // A new session id, so that whoever knew the one from before the sign-in is not signed in with it.
  openSession(response, { tokens, claims: tokens.claims() as client.IDToken });
  redirect(response, '/');
}

/**
 * A refresh token works once. Two requests that send the same one look like a theft, and end the sign-in everywhere it
 * reached; so a session has one refresh under way at a time, and keeps the token that comes back.
 */
function refresh(session: Session): Promise<void> {
  session.refreshing ??= client
    .refreshTokenGrant(server, session.tokens?.refresh_token ?? '')
    .then((tokens) => {
      session.tokens = { ...session.tokens, ...tokens };
    })
    .finally(() => {
      delete session.refreshing;
    });
  return session.refreshing;
}

/** Ends the session here, and then asks the server whether it should end there too (RP-Initiated Logout 1.0). */
function signOut(request: IncomingMessage, response: ServerResponse): void {
  const { id, session } = sessionOf(request);
  sessions.delete(id);
  const target = client.buildEndSessionUrl(server, {
    id_token_hint: session?.tokens?.id_token ?? '',
    post_logout_redirect_uri: `${origin}/`,
  });
  redirect(response, target.href);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { id, session } = sessionOf(request);
  // The cookie is SameSite=Lax, so another site's form does not bring it along: a POST here is the person's own.
  switch (`${request.method} ${request.url?.split('?')[0]}`) {
    case 'GET /':
      return send(response, 200, session?.tokens ? signedInPage(session) : '<p><a href="/sign-in">Sign in</a></p>');
    case 'GET /sign-in':
      return startSignIn(response);
    case 'GET /callback':
      return finishSignIn(request, response);
    case 'POST /refresh':
      if (session?.tokens) {
        await refresh(session).catch((error: unknown) => {
          // invalid_grant: expired, revoked, or used before. The way back is to sign in again.
          if (!(error instanceof client.ResponseBodyError && error.error === 'invalid_grant')) throw error;
          sessions.delete(id);
        });
      }
      return redirect(response, '/');
    case 'POST /sign-out':
      return signOut(request, response);
    default:
      return send(response, 404, '<p>There is nothing here.</p>');
  }
}

function signedInPage({ claims, tokens }: Session): string {
  // For show only. The access token is the API's to read; an app should treat it as a string.
  const payload: unknown = JSON.parse(
    Buffer.from(tokens?.access_token.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return `
    <p>Hello, <strong>${escapeHtml(String(claims?.name))}</strong>.</p>
    <h2>The ID token: who you are</h2><pre id="claims">${escapeHtml(JSON.stringify(claims, null, 2))}</pre>
    <h2>The access token: what the API sees</h2><pre id="access">${escapeHtml(JSON.stringify(payload, null, 2))}</pre>
    <form method="post" action="/refresh"><button>Refresh</button></form>
    <form method="post" action="/sign-out"><button>Sign out</button></form>`;
}

function sessionOf(request: IncomingMessage): { id: string; session: Session | undefined } {
  const id = /(?:^|; )example_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  return { id, session: sessions.get(id) };
}

function openSession(response: ServerResponse, session: Session): void {
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, session);
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  response.setHeader('set-cookie', `example_session=${id}; HttpOnly; SameSite=Lax; Path=/${secure}`);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(
    `<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width"><title>Example dashboard</title>
    <style>body { font-family: sans-serif } pre { overflow-x: auto }</style><h1>Example dashboard</h1>${body}</html>`,
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

createServer((request, response) => {
  handle(request, response).catch((error: Error) => {
    // The person said no, or the server refused the request: `error` and `error_description` of the redirect back.
    const refused = error instanceof client.AuthorizationResponseError;
    if (!refused) console.error(error);
    const reason = refused ? (error.error_description ?? error.error) : error.message;
    send(
      response,
      refused ? 403 : 500,
      `<p>You are not signed in: ${escapeHtml(reason)}</p><p><a href="/">Back</a></p>`,
    );
  });
}).listen(Number(port || 80), 'localhost', () => console.log(`The web app listens on ${origin}`));
