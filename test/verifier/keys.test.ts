import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verifier/index.ts';
import { createTestClock, eventually, type TestClock } from './clock.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';
import { createKey } from './signing.ts';

let time: TestClock;
let issuer: TestIssuer;
let verifier: Verifier;

beforeEach(async () => {
  time = createTestClock();
  issuer = await startIssuer(time.now);
  verifier = aVerifier();
});
afterEach(async () => {
  verifier.close();
  await issuer.stop();
});

function aVerifier(options: Partial<VerifierOptions> = {}): Verifier {
  const { clock, schedule } = time;
  return createVerifier({ issuer: issuer.issuer, audience: AUDIENCE, revocations: 'off', clock, schedule, ...options });
}

const jwksRequests = () => issuer.requests.filter((line) => line.includes('/jwks'));
const fails = (token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    ({ status, code }) => `${status} ${code}`,
  );

describe('the keys', () => {
  it('are fetched on the first token, once however many come at once', async () => {
    expect(issuer.requests).toEqual([]);
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(issuer.token())));
    expect(jwksRequests()).toEqual(['GET /jwks 200']);
  });

  it('are kept as long as max-age says, then asked for with their ETag; a 304 makes them fresh again', async () => {
    await verifier.verify(issuer.token());
    time.advance(599);
    await verifier.verify(issuer.token());
    expect(jwksRequests()).toHaveLength(1);
    time.advance(1);
    await verifier.verify(issuer.token());
    await eventually(() => jwksRequests().length === 2);
    expect(jwksRequests()[1]).toBe('GET /jwks 304');
    time.advance(0);
    await eventuallyFresh();
    time.advance(598);
    await verifier.verify(issuer.token());
    expect(jwksRequests()).toHaveLength(2);
  });

  /** The answer is there when another verification finds nothing in flight. */
  async function eventuallyFresh() {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  it.each([
    [undefined, 300],
    ['no-store', 30],
    ['public, max-age=0', 30],
    ['max-age=9999999', 86_400],
  ])('with Cache-Control %s are fresh for %d s', async (caching, seconds) => {
    issuer.published.jwksCacheControl = caching;
    await verifier.verify(issuer.token());
    time.advance(seconds - 1);
    await verifier.verify(issuer.token());
    expect(jwksRequests()).toHaveLength(1);
    time.advance(1);
    await verifier.verify(issuer.token());
    await eventually(() => jwksRequests().length === 2);
  });

  it('go on being used when the server is down, until maxStaleSeconds after max-age; then 503, and back by itself', async () => {
    await verifier.verify(issuer.token());
    issuer.published.down = true;
    time.advance(600 + 299);
    await verifier.verify(issuer.token());
    time.advance(1);
    expect(await fails(issuer.token())).toBe('503 unavailable');
    const asked = issuer.requests.length;
    expect(await Promise.all(Array.from({ length: 20 }, () => fails(issuer.token())))).toEqual(
      Array(20).fill('503 unavailable'),
    );
    for (let at = 0; at < 5; at++) await fails(issuer.token());
    expect(issuer.requests.length - asked).toBe(0);

    issuer.published.down = false;
    time.advance(2);
    await verifier.verify(issuer.token());
  });

  it('are not there at all: 503 without a challenge, and good from the first answer on', async () => {
    issuer.published.down = true;
    const error = await verifier.verify(issuer.token()).catch((caught) => caught);
    expect(error).toMatchObject({ status: 503, code: 'unavailable', wwwAuthenticate: undefined });
    issuer.published.down = false;
    time.advance(2);
    await verifier.verify(issuer.token());
  });

  it('are still the old ones when the answer is nonsense', async () => {
    await verifier.verify(issuer.token());
    issuer.published.keys = [];
    time.advance(601);
    await verifier.verify(issuer.token());
    await eventually(() => jwksRequests().length === 2);
    await verifier.verify(issuer.token());
  });

  it('rotate: a token of a new key is good at once, one of a key that went is refused', async () => {
    const old = issuer.token({ exp: time.now() + 5000 });
    await verifier.verify(old);
    const next = createKey('key-2', 'EdDSA');
    issuer.published.keys = [issuer.key, next];
    await verifier.verify(issuer.token({}, {}, next));
    issuer.published.keys = [next];
    await verifier.verify(old);
    time.advance(601);
    await verifier.verify(issuer.token({}, {}, next));
    await eventually(() => jwksRequests().length === 3);
    await eventuallyFresh();
    expect(await fails(old)).toBe('401 invalid_token');
  });

  it('that changed under the same name undo what was verified with the old one', async () => {
    const old = issuer.token({ exp: time.now() + 5000 });
    await verifier.verify(old);
    issuer.published.keys = [createKey('key-1')];
    time.advance(601);
    await fails(old);
    await eventuallyFresh();
    expect(await fails(old)).toBe('401 invalid_token');
  });

  it('that cannot verify are passed over: secrets, keys for encryption, without alg, private, of a wrong curve', async () => {
    const odd = (kid: string, change: Record<string, unknown>) => {
      const key = createKey(kid);
      return { ...key, jwk: { ...key.jwk, ...change } };
    };
    const keys = [
      { ...createKey('oct'), jwk: { kty: 'oct', k: 'c2VjcmV0', kid: 'oct', alg: 'HS256' } },
      odd('enc', { use: 'enc' }),
      odd('ops', { key_ops: ['sign'] }),
      odd('no-alg', { alg: undefined }),
      odd('rs', { alg: 'RS256' }),
      odd('curve', { crv: 'P-384' }),
      odd('broken', { x: 'AA' }),
      {
        ...createKey('private'),
        jwk: { ...createKey('private').privateKey.export({ format: 'jwk' }), kid: 'private', alg: 'ES256' },
      },
    ];
    issuer.published.keys = [...keys, issuer.key];
    await verifier.verify(issuer.token());
    for (const key of keys)
      expect([key.kid, await fails(issuer.token({}, {}, key))]).toEqual([key.kid, '401 invalid_token']);
  });

  it('come from the configured address only: a redirect is an error', async () => {
    const { server, uri } = await redirectTo(issuer.jwksUri);
    verifier = aVerifier({ jwksUri: uri });
    const outcome = await fails(issuer.token());
    await new Promise((resolve) => server.close(resolve));
    expect(outcome).toBe('503 unavailable');
    expect(jwksRequests()).toEqual([]);
  });

  it('of an algorithm that the API does not take are no use', async () => {
    const key = createKey('rsa-1', 'RS256');
    issuer.published.keys.push(key);
    verifier = aVerifier({ algorithms: ['RS256'] });
    await verifier.verify(issuer.token({}, {}, key));
    expect(await fails(issuer.token())).toBe('401 invalid_token');
  });

  it.each(['ES256', 'RS256', 'EdDSA'])('of %s verify', async (alg) => {
    const key = createKey('another', alg);
    issuer.published.keys.push(key);
    expect(await verifier.verify(issuer.token({}, {}, key))).toMatchObject({ sub: 'person-1' });
  });
});

describe('a verified token', () => {
  it('that comes again costs no signature, and expires all the same', async () => {
    const token = issuer.token();
    const claims = await verifier.verify(token);
    expect(await verifier.verify(token)).toBe(claims);
    expect(Object.isFrozen(claims)).toBe(true);
    time.advance(304);
    await verifier.verify(token);
    time.advance(1);
    expect(await fails(token)).toBe('401 invalid_token');
  });

  it('needs all of the scopes', async () => {
    await verifier.verify(issuer.token(), { scopes: ['reports:read', 'reports:write'] });
    const error = await verifier
      .verify(issuer.token({ scope: 'reports:read' }), { scopes: ['reports:read', 'reports:write'] })
      .catch((caught) => caught);
    expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
    expect(error.wwwAuthenticate).toContain('error="insufficient_scope"');
    expect(error.wwwAuthenticate).toContain('scope="reports:read reports:write"');
    expect(
      await verifier
        .verify(issuer.token({ scope: 'reports:readwrite' }), { scopes: ['reports:read'] })
        .catch((e) => e.status),
    ).toBe(403);
    expect(
      await verifier.verify(issuer.token({ scope: undefined }), { scopes: ['reports:read'] }).catch((e) => e.status),
    ).toBe(403);
  });

  it('is refused once the verifier is closed', async () => {
    verifier.close();
    expect(await fails(issuer.token())).toBe('503 unavailable');
  });
});

describe('the options', () => {
  it.each([
    [{ algorithms: ['HS256'] }],
    [{ algorithms: ['none'] }],
    [{ algorithms: [] }],
    [{ issuer: 'auth.example.com' }],
    [{ audience: '' }],
    [{ maxStaleSeconds: 0 }],
    [{ pollSeconds: Number.NaN }],
    [{ dpop: { algorithms: ['HS256'] } }],
    [{ revocations: 'sometimes' as 'poll' }],
  ])('that could never be safe are refused: %j', (options) => {
    expect(() => aVerifier(options)).toThrow(TypeError);
  });
});

async function redirectTo(target: string) {
  const { createServer } = await import('node:http');
  const server = createServer((_request, response) => void response.writeHead(302, { location: target }).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return { server, uri: `http://127.0.0.1:${address.port}/jwks` };
}
