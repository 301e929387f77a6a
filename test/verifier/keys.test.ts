import { describe, expect, it } from '@jest/globals';
import { eventually } from './clock.ts';
import { aRig } from './rig.ts';
import { createKey } from './signing.ts';

const rig = aRig({ revocations: 'off' });
const { aVerifier, outcome } = rig;

const jwksRequests = () => rig.issuer.requests.filter((line) => line.includes('/jwks'));

describe('the keys', () => {
  it('are fetched on the first token, once however many come at once', async () => {
    expect(rig.issuer.requests).toEqual([]);
    await Promise.all(Array.from({ length: 50 }, () => rig.verifier.verify(rig.issuer.token())));
    expect(jwksRequests()).toEqual(['GET /jwks 200']);
  });

  it('are kept as long as max-age says, then asked for with their ETag; a 304 makes them fresh again', async () => {
    await rig.verifier.verify(rig.issuer.token());
    rig.time.advance(599);
    await rig.verifier.verify(rig.issuer.token());
    expect(jwksRequests()).toHaveLength(1);
    rig.time.advance(1);
    await rig.verifier.verify(rig.issuer.token());
    await eventually(() => jwksRequests().length === 2);
    expect(jwksRequests()[1]).toBe('GET /jwks 304');
    rig.time.advance(0);
    await eventuallyFresh();
    rig.time.advance(598);
    await rig.verifier.verify(rig.issuer.token());
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
    rig.issuer.published.jwksCacheControl = caching;
    await rig.verifier.verify(rig.issuer.token());
    rig.time.advance(seconds - 1);
    await rig.verifier.verify(rig.issuer.token());
    expect(jwksRequests()).toHaveLength(1);
    rig.time.advance(1);
    await rig.verifier.verify(rig.issuer.token());
    await eventually(() => jwksRequests().length === 2);
  });

  it('go on being used when the server is down, until maxStaleSeconds after max-age; then 503, and back by itself', async () => {
    await rig.verifier.verify(rig.issuer.token());
    rig.issuer.published.down = true;
    rig.time.advance(600 + 299);
    await rig.verifier.verify(rig.issuer.token());
    rig.time.advance(1);
    expect(await outcome(rig.issuer.token())).toBe('503 unavailable');
    const asked = rig.issuer.requests.length;
    expect(await Promise.all(Array.from({ length: 20 }, () => outcome(rig.issuer.token())))).toEqual(
      Array(20).fill('503 unavailable'),
    );
    for (let at = 0; at < 5; at++) await outcome(rig.issuer.token());
    expect(rig.issuer.requests.length - asked).toBe(0);

    rig.issuer.published.down = false;
    rig.time.advance(2);
    await rig.verifier.verify(rig.issuer.token());
  });

  it('are not there at all: 503 without a challenge, and good from the first answer on', async () => {
    rig.issuer.published.down = true;
    const error = await rig.verifier.verify(rig.issuer.token()).catch((caught) => caught);
    expect(error).toMatchObject({ status: 503, code: 'unavailable', wwwAuthenticate: undefined });
    rig.issuer.published.down = false;
    rig.time.advance(2);
    await rig.verifier.verify(rig.issuer.token());
  });

  it('are still the old ones when the answer is nonsense', async () => {
    await rig.verifier.verify(rig.issuer.token());
    rig.issuer.published.keys = [];
    rig.time.advance(601);
    await rig.verifier.verify(rig.issuer.token());
    await eventually(() => jwksRequests().length === 2);
    await rig.verifier.verify(rig.issuer.token());
  });

  it('rotate: a token of a new key is good at once, one of a key that went is refused', async () => {
    const old = rig.issuer.token({ exp: rig.time.now() + 5000 });
    await rig.verifier.verify(old);
    const next = createKey('key-2', 'EdDSA');
    rig.issuer.published.keys = [rig.issuer.key, next];
    await rig.verifier.verify(rig.issuer.token({}, {}, next));
    rig.issuer.published.keys = [next];
    await rig.verifier.verify(old);
    rig.time.advance(601);
    await rig.verifier.verify(rig.issuer.token({}, {}, next));
    await eventually(() => jwksRequests().length === 3);
    await eventuallyFresh();
    expect(await outcome(old)).toBe('401 invalid_token');
  });

  it('that changed under the same name undo what was verified with the old one', async () => {
    const old = rig.issuer.token({ exp: rig.time.now() + 5000 });
    await rig.verifier.verify(old);
    rig.issuer.published.keys = [createKey('key-1')];
    rig.time.advance(601);
    await outcome(old);
    await eventuallyFresh();
    expect(await outcome(old)).toBe('401 invalid_token');
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
    rig.issuer.published.keys = [...keys, rig.issuer.key];
    await rig.verifier.verify(rig.issuer.token());
    for (const key of keys)
      expect([key.kid, await outcome(rig.issuer.token({}, {}, key))]).toEqual([key.kid, '401 invalid_token']);
  });

  it('come from the configured address only: a redirect is an error', async () => {
    const { server, uri } = await redirectTo(rig.issuer.jwksUri);
    rig.verifier = aVerifier({ jwksUri: uri });
    const answer = await outcome(rig.issuer.token());
    await new Promise((resolve) => server.close(resolve));
    expect(answer).toBe('503 unavailable');
    expect(jwksRequests()).toEqual([]);
  });

  it('of an algorithm that the API does not take are no use', async () => {
    const key = createKey('rsa-1', 'RS256');
    rig.issuer.published.keys.push(key);
    rig.verifier = aVerifier({ algorithms: ['RS256'] });
    await rig.verifier.verify(rig.issuer.token({}, {}, key));
    expect(await outcome(rig.issuer.token())).toBe('401 invalid_token');
  });

  it.each(['ES256', 'RS256', 'EdDSA'])('of %s verify', async (alg) => {
    const key = createKey('another', alg);
    rig.issuer.published.keys.push(key);
    expect(await rig.verifier.verify(rig.issuer.token({}, {}, key))).toMatchObject({ sub: 'person-1' });
  });
});

describe('a verified token', () => {
  it('that comes again costs no signature, and expires all the same', async () => {
    const token = rig.issuer.token();
    const claims = await rig.verifier.verify(token);
    expect(await rig.verifier.verify(token)).toBe(claims);
    expect(Object.isFrozen(claims)).toBe(true);
    rig.time.advance(304);
    await rig.verifier.verify(token);
    rig.time.advance(1);
    expect(await outcome(token)).toBe('401 invalid_token');
  });

  it('needs all of the scopes', async () => {
    await rig.verifier.verify(rig.issuer.token(), { scopes: ['reports:read', 'reports:write'] });
    const error = await rig.verifier
      .verify(rig.issuer.token({ scope: 'reports:read' }), { scopes: ['reports:read', 'reports:write'] })
      .catch((caught) => caught);
    expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
    expect(error.wwwAuthenticate).toContain('error="insufficient_scope"');
    expect(error.wwwAuthenticate).toContain('scope="reports:read reports:write"');
    expect(
      await rig.verifier
        .verify(rig.issuer.token({ scope: 'reports:readwrite' }), { scopes: ['reports:read'] })
        .catch((e) => e.status),
    ).toBe(403);
    expect(
      await rig.verifier
        .verify(rig.issuer.token({ scope: undefined }), { scopes: ['reports:read'] })
        .catch((e) => e.status),
    ).toBe(403);
  });

  it('is refused once the verifier is closed', async () => {
    rig.verifier.close();
    expect(await outcome(rig.issuer.token())).toBe('503 unavailable');
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
