import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import Fastify from 'fastify';
import { calculateJwkThumbprint } from 'jose';
import Koa from 'koa';
import {
  type AccessTokenClaims,
  createVerifier,
  expressVerifier,
  fastifyVerifier,
  fetchVerifier,
  type KoaTokenState,
  koaVerifier,
  type Verifier,
} from '../../src/verifier/index.ts';
import { createTestClock } from './clock.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { createKey, signatureOf, signRaw } from './signing.ts';

declare module 'express-serve-static-core' {
  interface Request {
    token?: AccessTokenClaims;
  }
}
declare module 'fastify' {
  interface FastifyRequest {
    token?: AccessTokenClaims;
  }
}

/** An API in some framework: GET /reports/:id answers with the token's subject and scope. */
interface Api {
  call(path: string, headers?: Record<string, string>): Promise<Response>;
  readonly origin: string;
  stop(): Promise<unknown>;
}

const needed = { scopes: ['reports:read'] };

const frameworks: Record<string, (verifier: Verifier) => Promise<Api>> = {
  async koa(verifier) {
    const app = new Koa<KoaTokenState>();
    app.use(koaVerifier(verifier, needed));
    app.use((ctx) => {
      ctx.body = { sub: ctx.state.token.sub };
    });
    return listen(app.callback());
  },
  async express(verifier) {
    const app = express();
    const router = express.Router();
    // Mounted, so that the router sees another URL than the caller.
    router.get('/:id', expressVerifier(verifier, needed), (req, res) => void res.json({ sub: req.token?.sub }));
    app.use('/reports', router);
    return listen(app);
  },
  async fastify(verifier) {
    const app = Fastify();
    app.get('/reports/:id', { onRequest: fastifyVerifier(verifier, needed) }, async (request) => ({
      sub: request.token?.sub,
    }));
    const origin = await app.listen({ port: 0, host: '127.0.0.1' });
    return { origin, call: (path, headers = {}) => fetch(origin + path, { headers }), stop: () => app.close() };
  },
  async fetch(verifier) {
    const origin = 'https://api.example.com';
    const handle = fetchVerifier(verifier, needed, (_request, token) => Response.json({ sub: token.sub }));
    const call = (path: string, headers: Record<string, string> = {}) =>
      handle(new Request(origin + path, { headers }));
    return { origin, call, stop: async () => {} };
  },
};

async function listen(handler: RequestListener): Promise<Api> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    call: (path, headers = {}) => fetch(origin + path, { headers }),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

const realm = `realm="${AUDIENCE}"`;

describe.each(Object.keys(frameworks))('the middleware for %s', (name) => {
  const time = createTestClock();
  let issuer: TestIssuer;
  let verifier: Verifier;
  let api: Api;

  beforeAll(async () => {
    issuer = await startIssuer(time.now);
    const { clock, schedule } = time;
    verifier = createVerifier({ issuer: issuer.issuer, audience: AUDIENCE, revocations: 'off', clock, schedule });
    api = (await frameworks[name]?.(verifier)) as Api;
  });
  afterAll(async () => {
    await api.stop();
    verifier.close();
    await issuer.stop();
  });

  const call = (authorization?: string, path = '/reports/1?page=2', more: Record<string, string> = {}) =>
    api.call(path, { ...(authorization === undefined ? {} : { authorization }), ...more });

  it('lets a good token pass, and hands over its claims', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const response = await call(`${scheme} ${issuer.token()}`);
      expect([response.status, await response.json()]).toEqual([200, { sub: 'person-1' }]);
    }
  });

  it.each([
    ['no credentials', undefined],
    ['another scheme', 'Basic YTpi'],
  ])('answers %s with 401 and no error code', async (_name, authorization) => {
    const response = await call(authorization);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(`Bearer ${realm}`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ message: 'an access token is needed' });
  });

  it('answers a bad token with 401 invalid_token', async () => {
    const response = await call(`Bearer ${issuer.token({ exp: time.now() - 60 })}`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer ${realm}, error="invalid_token", error_description="the token has expired"`,
    );
    expect(await response.json()).toEqual({ error: 'invalid_token', error_description: 'the token has expired' });
  });

  it('answers a token without the scope with 403 and the scope', async () => {
    const response = await call(`Bearer ${issuer.token({ scope: 'reports:write' })}`);
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toMatch(/error="insufficient_scope", .*scope="reports:read"$/);
  });

  it.each(['Bearer', 'Bearer a b', 'Bearer a,b', 'Bearer "a"', 'DPoP', 'Bearer token=a=b'])(
    'answers what it cannot read with 400: %s',
    async (authorization) => {
      const response = await call(authorization);
      expect(response.status).toBe(400);
      expect(response.headers.get('www-authenticate')).toMatch(/^(Bearer|DPoP) realm=.*error="invalid_request"/);
      expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    },
  );

  it('never looks for a token in the query (RFC 9700 §4.3.2)', async () => {
    expect((await call(undefined, `/reports/1?access_token=${issuer.token()}`)).status).toBe(401);
  });

  it('passes on the address that the caller used, for DPoP', async () => {
    const key = createKey('client');
    const jwk = key.publicKey.export({ format: 'jwk' }) as Record<string, string>;
    const token = issuer.token({ cnf: { jkt: await calculateJwkThumbprint(jwk) } });
    const ath = createHash('sha256').update(token).digest('base64url');
    const prove = (htu: string) =>
      signRaw(
        { typ: 'dpop+jwt', alg: 'ES256', jwk },
        { jti: htu, htm: 'GET', htu, iat: time.now(), ath },
        signatureOf(key),
      );
    const good = prove(`${api.origin}/reports/1`);
    expect((await call(`DPoP ${token}`, undefined, { dpop: good })).status).toBe(200);
    expect((await call(`DPoP ${token}`, undefined, { dpop: good })).status).toBe(401);
    const other = await call(`DPoP ${token}`, undefined, { dpop: prove(`${api.origin}/1`) });
    expect(other.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_dpop_proof".*algs="/);
    const bearer = await call(`Bearer ${token}`, undefined, { dpop: prove(`${api.origin}/reports/1?again`) });
    expect(bearer.status).toBe(401);
  });

  it('answers 503 when tokens cannot be checked, and leaves other errors to the framework', async () => {
    verifier.close();
    const response = await call(`Bearer ${issuer.token()}`);
    expect(response.status).toBe(503);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(response.headers.get('retry-after')).toBe('5');
  });
});

describe('an error that is not about the token', () => {
  const broken: Verifier = {
    verify: () => Promise.reject(new TypeError('a mistake')),
    verifyRequest: () => Promise.reject(new TypeError('a mistake')),
    close: () => {},
  };

  it.each(Object.keys(frameworks).filter((name) => name !== 'fetch'))('is a 500 of %s', async (name) => {
    const api = (await frameworks[name]?.(broken)) as Api;
    const errors = console.error;
    console.error = () => {};
    expect((await api.call('/reports/1')).status).toBe(500);
    console.error = errors;
    await api.stop();
  });

  it('is thrown by a fetch handler', async () => {
    const api = (await frameworks.fetch?.(broken)) as Api;
    await expect(api.call('/reports/1')).rejects.toThrow('a mistake');
  });
});
