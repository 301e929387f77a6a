import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';

export interface RelyingParty {
  /** On 127.0.0.1, so that the browser takes it for another site than the server's localhost. */
  readonly origin: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  /** What came to `/callback`, as method and parameter names. */
  readonly callbacks: string[];
  /** Discovers the server and signs people in as this app from now on. */
  connect(issuer: string, app: { clientId: string; clientSecret: string }): Promise<void>;
  /** The address that starts a sign-in, with parameters to add to its request. */
  loginUrl(parameters?: Record<string, string>): string;
  stop(): Promise<void>;
}

interface Pending {
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly forApi: boolean;
}

/**
 * A small web app that signs people in with openid-client: `/login`, `/callback` (GET and POST), `/logout`, and `/`, which
 * tells the claims. Its sessions are in memory.
 */
export async function startRelyingParty(): Promise<RelyingParty> {
  /** By state. Not in a cookie: a SameSite one does not come with the cross-site POST of a form_post answer. */
  const pending = new Map<string, Pending>();
  const sessions = new Map<string, client.IDToken & { idToken: string }>();
  const callbacks: string[] = [];
  let configuration: client.Configuration | undefined;

  const routes: Record<string, (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void> =
    {
      '/': (request, response) => {
        const session = sessions.get(sessionIdOf(request));
        if (!session) return show(response, 'Signed out', 'Nobody is signed in here.');
        const { idToken: _, ...claims } = session;
        show(response, `Hello ${claims.name}`, JSON.stringify(claims));
      },
      '/login': async (_request, response, url) => {
        const state = client.randomState();
        const started = {
          codeVerifier: client.randomPKCECodeVerifier(),
          nonce: client.randomNonce(),
          forApi: url.searchParams.has('resource'),
        };
        pending.set(state, started);
        const target = client.buildAuthorizationUrl(connected(), {
          redirect_uri: `${origin}/callback`,
          scope: 'openid',
          state,
          nonce: started.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(started.codeVerifier),
          code_challenge_method: 'S256',
          ...Object.fromEntries(url.searchParams),
        });
        redirect(response, target.href);
      },
      '/callback': async (request, response, url) => {
        const answer = await toRequest(request, url);
        const parameters = new URLSearchParams(answer.method === 'POST' ? await answer.clone().text() : url.search);
        callbacks.push(`${answer.method} ${[...parameters.keys()].sort().join(' ')}`);
        const state = parameters.get('state') ?? '';
        const started = pending.get(state);
        pending.delete(state);
        if (!started) return show(response, 'Unknown state', '');
        const tokens = await client.authorizationCodeGrant(connected(), answer, {
          expectedState: state,
          expectedNonce: started.nonce,
          pkceCodeVerifier: started.codeVerifier,
        });
        const subject = tokens.claims()?.sub ?? '';
        // A token for an API is not for UserInfo; the claims are in the ID token then.
        const claims = started.forApi ? {} : await client.fetchUserInfo(connected(), tokens.access_token, subject);
        const id = randomUUID();
        sessions.set(id, { ...(tokens.claims() as client.IDToken), ...claims, idToken: tokens.id_token ?? '' });
        response.setHeader('Set-Cookie', `rp_session=${id}; HttpOnly; SameSite=Lax; Path=/`);
        redirect(response, '/');
      },
      '/logout': (request, response) => {
        const id = sessionIdOf(request);
        const idToken = sessions.get(id)?.idToken ?? '';
        sessions.delete(id);
        const target = client.buildEndSessionUrl(connected(), {
          post_logout_redirect_uri: `${origin}/`,
          id_token_hint: idToken,
        });
        redirect(response, target.href);
      },
      '/favicon.ico': (_request, response) => {
        response.writeHead(204).end();
      },
    };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    const handle = async () => routes[url.pathname]?.(request, response, url);
    handle().catch((error: unknown) => show(response, 'Sign-in failed', describe(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function connected(): client.Configuration {
    if (!configuration) throw new Error('the relying party is not connected');
    return configuration;
  }

  return {
    origin,
    redirectUri: `${origin}/callback`,
    postLogoutRedirectUri: `${origin}/`,
    callbacks,
    async connect(issuer, { clientId, clientSecret }) {
      configuration = await client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
        execute: [client.allowInsecureRequests],
      });
    },
    loginUrl: (parameters = {}) => `${origin}/login?${new URLSearchParams(parameters)}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sessionIdOf(request: IncomingMessage): string {
  return request.headers.cookie?.match(/rp_session=([^;]+)/)?.[1] ?? '';
}

/** The request as openid-client reads it, with its body. */
async function toRequest(request: IncomingMessage, url: URL): Promise<Request> {
  if (request.method !== 'POST') return new Request(url);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const type = request.headers['content-type'] ?? '';
  return new Request(url, { method: 'POST', headers: { 'content-type': type }, body: Buffer.concat(chunks) });
}

/** The answer's own error where the server sent one (RFC 6749 §4.1.2.1). */
function describe(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError) return `error: ${error.error}`;
  return String(error instanceof Error ? (error.cause ?? error) : error);
}

function redirect(response: ServerResponse, target: string): void {
  response.writeHead(303, { Location: target, 'Cache-Control': 'no-store' }).end();
}

function show(response: ServerResponse, title: string, text: string): void {
  const toHtml = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(
    `<!DOCTYPE html><html lang="en"><title>${toHtml(title)}</title><h1>${toHtml(title)}</h1><pre>${toHtml(text)}</pre></html>`,
  );
}
