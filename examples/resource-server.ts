/**
 * An API that takes access tokens. It verifies them by itself: it fetches the issuer's public keys now and then, and asks
 * nobody while it answers a request.
 *
 *   npm run example:resource-server
 *   curl -i http://localhost:4100/reports -H "Authorization: Bearer $TOKEN"
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

const issuer = process.env.ISSUER ?? 'http://localhost:3000';
const audience = process.env.AUDIENCE ?? 'https://reports.example.com';
const port = Number(process.env.PORT ?? 4100);

/** Keeps the keys for a while, and fetches them again by itself when a token names one that it does not know. */
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

/** What the API refuses, as RFC 6750 §3 wants it said. */
class Refusal extends Error {
  readonly status: number;
  readonly challenge: string;

  constructor(status: number, parameters: Record<string, string> = {}) {
    super(parameters.error_description ?? 'an access token is needed');
    this.status = status;
    const quoted = Object.entries({ realm: audience, ...parameters }).map(([key, value]) => `${key}="${value}"`);
    this.challenge = `Bearer ${quoted.join(', ')}`;
  }
}

/** The claims of the request's token. @throws {Refusal} 401 without a good token, 403 without the scope */
async function authorize(request: IncomingMessage, scope: string): Promise<JWTPayload> {
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
  // Without a token, the answer says how to come back, and carries no error code (RFC 6750 §3.1).
  if (!token) throw new Refusal(401);
  const claims = await verify(token);
  if (
    !String(claims.scope ?? '')
      .split(' ')
      .includes(scope)
  ) {
    throw new Refusal(403, { error: 'insufficient_scope', error_description: `this needs ${scope}`, scope });
  }
  return claims;
}

async function verify(token: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience, // a token for another API is refused: this is what keeps a stolen one from working everywhere
      typ: 'at+jwt', // an ID token has the same signature, and is not a key to anything (RFC 9068 §4)
      algorithms: ['ES256', 'RS256'],
      requiredClaims: ['exp', 'client_id'],
    });
    return payload;
  } catch (error) {
    // The keys could not be fetched: that says nothing about the token, and is a 503 below.
    if (!(error instanceof errors.JOSEError) || ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT'].includes(error.code))
      throw error;
    const expired = error instanceof errors.JWTExpired;
    const description = expired ? 'the token has expired' : 'the token is not valid for this API';
    throw new Refusal(401, { error: 'invalid_token', error_description: description });
  }
}

const reports = [{ id: 1, title: 'Open orders', count: 42 }];

async function handle(request: IncomingMessage): Promise<unknown> {
  if (request.url !== '/reports') throw Object.assign(new Error('there is nothing here'), { status: 404 });
  // `sub` is the person, or the app itself when it came with client credentials; `client_id` is always the app.
  const { sub, client_id: app } = await authorize(request, request.method === 'GET' ? 'reports:read' : 'reports:write');
  return { reports, askedBy: { sub, app } };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(`${JSON.stringify(body)}\n`);
}

createServer((request, response) => {
  handle(request).then(
    (body) => send(response, 200, body),
    (error: Error & { status?: number }) => {
      const headers = error instanceof Refusal ? { 'www-authenticate': error.challenge } : undefined;
      const status = error.status ?? 503;
      send(
        response,
        status,
        { message: status === 503 ? 'tokens cannot be checked right now' : error.message },
        headers,
      );
    },
  );
}).listen(port, 'localhost', () => console.log(`The API listens on http://localhost:${port}/reports`));
