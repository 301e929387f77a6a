/**
 * A backend that reads an API for a dashboard, as itself (client credentials, RFC 6749 §4.4).
 *
 *   npm run example:resource-server     # in one terminal
 *   npm run example:backend             # in another
 *
 * Copy `createTokenSource`: it has no dependencies.
 */
import { readDemo, setting } from './demo.ts';

export interface TokenSourceOptions {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The API that the token is for (RFC 8707). Always say it: the token is then a JWT that this API, and only it, takes. */
  readonly resource: string;
  readonly scope: string;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/** The server gives no token: `code` as in RFC 6749 §5.2, and why in its own words. */
export class TokenRefused extends Error {
  readonly code: string;
  readonly description: string;

  constructor(status: number, code: string, description: string) {
    super(`the token endpoint answered ${status}: ${description}`);
    this.code = code;
    this.description = description;
  }
}

interface Token {
  readonly value: string;
  /** When to get the next one, */
  readonly renewAt: number;
  /** and when this one must not be used any more. */
  readonly expiresAt: number;
}

/** Gives access tokens: the one at hand while it is good, a new one in time, and never two requests at once. */
export function createTokenSource(options: TokenSourceOptions) {
  const now = options.now ?? Date.now;
  let current: Token | undefined;
  let pending: Promise<Token> | undefined;

  const renew = () => {
    // Everyone who asks meanwhile waits for the same request.
    pending ??= requestToken(options, now())
      .then((token) => {
        current = token;
        return token;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  return {
    async get(): Promise<string> {
      if (current && now() < current.renewAt) return current.value;
      const renewed = renew();
      if (!current || now() >= current.expiresAt) return (await renewed).value;
      // The old one is still good, so nobody waits. Should renewing fail, the next call tries again.
      renewed.catch((error: Error) => console.error(`could not renew the token yet: ${error.message}`));
      return current.value;
    },
    /** Call this when an API answers 401: the token may have been revoked. */
    forget(): void {
      current = undefined;
    },
  };
}

interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly error?: string;
  readonly error_description?: string;
}

async function requestToken(options: TokenSourceOptions, askedAt: number): Promise<Token> {
  // RFC 6749 §2.3.1: both are form-encoded before they are joined. Ours need no encoding, other servers' may.
  const credentials = [options.clientId, options.clientSecret].map(encodeURIComponent).join(':');
  const response = await fetch(options.tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: options.resource,
      scope: options.scope,
    }),
    signal: AbortSignal.timeout(5000),
  });
  const body = (await response.json()) as TokenAnswer;
  if (!response.ok) throw new TokenRefused(response.status, body.error ?? '', body.error_description ?? '');
  return {
    value: body.access_token,
    // After four fifths of its life: early enough for a try that fails, late enough to be worth a cache.
    renewAt: askedAt + body.expires_in * 800,
    // Counted from before the request and with a margin, so that it does not expire on the way to the API.
    expiresAt: askedAt + (body.expires_in - 5) * 1000,
  };
}

type TokenSource = ReturnType<typeof createTokenSource>;

/** Calls an API with the token, and once more with a new one when the first was refused. */
export async function callApi(tokens: TokenSource, url: string): Promise<Response> {
  const attempt = async () => fetch(url, { headers: { authorization: `Bearer ${await tokens.get()}` } });
  const response = await attempt();
  if (response.status !== 401) return response;
  tokens.forget();
  return attempt();
}

if (import.meta.main) {
  const demo = readDemo();
  const tokens = createTokenSource({
    tokenEndpoint: `${process.env.ISSUER ?? 'http://localhost:3000'}/token`,
    clientId: setting('CLIENT_ID', demo?.machine.clientId),
    clientSecret: setting('CLIENT_SECRET', demo?.machine.clientSecret),
    resource: setting('AUDIENCE', demo?.api.identifier),
    scope: 'reports:read',
  });
  const url = process.env.API_URL ?? 'http://localhost:4100/reports';
  const read = async () => {
    try {
      const response = await callApi(tokens, url);
      console.log(new Date().toISOString(), response.status, await response.text());
    } catch (error) {
      console.error(new Date().toISOString(), (error as Error).message);
    }
  };
  await read();
  setInterval(read, Number(process.env.EVERY_SECONDS ?? 5) * 1000);
}
