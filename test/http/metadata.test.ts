import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DISCOVERY = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';
const JWKS = '/jwks';

type Metadata = Record<string, unknown> & { issuer: string };
const metadataAt = async (path: string) => (await (await fetch(server.issuer + path)).json()) as Metadata;
const jwksOf = async () => (await (await fetch(server.issuer + JWKS)).json()) as JSONWebKeySet;

describe('the metadata', () => {
  it('D08: is the same as OpenID and as OAuth metadata', async () => {
    expect(await metadataAt(OAUTH)).toEqual(await metadataAt(DISCOVERY));
  });

  it('F01: names the issuer by which it was asked', async () => {
    for (const path of [DISCOVERY, OAUTH]) expect((await metadataAt(path)).issuer).toBe(server.issuer);
    const elsewhere = await fetch(`${server.issuer}/tenant${DISCOVERY}`);
    expect(elsewhere.status).toBe(404);
    expect((await fetch(`${server.issuer}${OAUTH}/tenant`)).status).toBe(404);
  });

  it('D08: leads to the documentation of this server (RFC 8414 §2)', async () => {
    const { service_documentation } = await metadataAt(OAUTH);
    expect(service_documentation).toBe(`${server.issuer}/docs`);
    expect((await fetch(String(service_documentation))).status).toBe(200);
  });

  it('F02: has every address at the issuer, whatever a proxy or a client says', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '8443',
      forwarded: 'host=evil.example;proto=https',
      'x-original-host': 'evil.example',
    };
    for (const path of [DISCOVERY, OAUTH]) {
      const text = await (await fetch(server.issuer + path, { headers })).text();
      expect(text).not.toContain('evil');
      expect(text).not.toContain('8443');
      const addresses = Object.entries(JSON.parse(text) as Metadata).filter(([name]) => /_(endpoint|uri)$/.test(name));
      expect(addresses.length).toBeGreaterThanOrEqual(8);
      for (const [name, address] of addresses) {
        expect([name, new URL(String(address)).origin]).toEqual([name, server.issuer]);
      }
    }
  });

  it('F03: is JSON without empty members', async () => {
    for (const path of [DISCOVERY, OAUTH]) {
      const response = await fetch(server.issuer + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      for (const [name, value] of Object.entries((await response.json()) as Metadata)) {
        if (Array.isArray(value)) {
          expect([name, value.length]).not.toEqual([name, 0]);
          expect([name, new Set(value).size]).toEqual([name, value.length]);
        }
        expect([name, value]).not.toEqual([name, null]);
        expect([name, value]).not.toEqual([name, '']);
      }
    }
  });

  it('F03: has what the RFC requires', async () => {
    expect(await metadataAt(OAUTH)).toMatchObject({
      issuer: server.issuer,
      authorization_endpoint: expect.any(String),
      token_endpoint: expect.any(String),
      jwks_uri: expect.any(String),
      response_types_supported: ['code'],
      subject_types_supported: expect.any(Array),
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256', 'ES256']),
    });
  });

  it('F05 D11: has neither none nor shared secrets among its algorithms', async () => {
    const lists = Object.entries(await metadataAt(DISCOVERY)).filter(([name]) => name.includes('_alg_'));
    expect(lists.length).toBeGreaterThanOrEqual(3);
    for (const [name, algs] of lists) {
      for (const alg of algs as string[])
        expect([name, alg]).toEqual([name, expect.not.stringMatching(/^(none|HS\d+)$/)]);
    }
  });
});

describe('the keys', () => {
  it('D02 D10 D16: each have an id and one algorithm; ES256 and RS256 are there, and EdDSA is not before something uses it', async () => {
    const { keys } = await jwksOf();
    expect(keys.map((key) => key.alg).sort()).toEqual(['ES256', 'RS256']);
    expect(new Set(keys.map((key) => key.kid)).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).toMatchObject({ kid: expect.any(String), alg: expect.any(String), use: 'sig' });
    }
  });

  it('D11: are long enough', async () => {
    for (const key of (await jwksOf()).keys) {
      if (key.kty === 'RSA') expect(Buffer.from(key.n ?? '', 'base64url').length * 8).toBeGreaterThanOrEqual(2048);
      else expect(['EC P-256', 'OKP Ed25519']).toContain(`${key.kty} ${key.crv}`);
    }
  });

  it('are at the other well-known address too, with the same answer', async () => {
    const answers = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(server.issuer + path, { headers });
      const { date: _date, 'x-request-id': _id, ...rest } = Object.fromEntries(response.headers);
      return { status: response.status, headers: rest, text: await response.text() };
    };
    for (const headers of [{}, { origin: 'https://app.example.com' }]) {
      // Asked by each twice: what was answered before is answered without the provider.
      for (const _time of [1, 2]) {
        expect(await answers('/.well-known/jwks.json', headers)).toEqual(await answers(JWKS, headers));
      }
      const etag = (await answers('/.well-known/jwks.json', headers)).headers.etag ?? '';
      expect((await answers(JWKS, { ...headers, 'if-none-match': etag })).status).toBe(304);
      expect((await answers('/.well-known/jwks.json', { ...headers, 'if-none-match': etag })).status).toBe(304);
    }
    const posted = await fetch(`${server.issuer}/.well-known/jwks.json`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
    expect(posted.headers.get('content-type')).toMatch(/json/);
  });

  it('D18: show nothing private', async () => {
    for (const key of (await jwksOf()).keys) {
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth', 'priv'])
        expect(key).not.toHaveProperty(member);
    }
  });

  it('D10 D16: sign tokens under their own id and algorithm', async () => {
    const { keys } = await jwksOf();
    const ada = await aPerson(server.database);
    const [byDefault, byRsa] = [await anApi(server.database), await anApi(server.database, { signingAlg: 'RS256' })];
    const subscriptions = [byDefault, byRsa].map((api) => ({ api: api.identifier, scopes: ['reports:read'] }));
    const app = await aClient(server.database, { type: 'machine', subscriptions });
    const accessTokens = await Promise.all(
      [byDefault, byRsa].map(
        async (api) => (await requestToken(server, app, { resource: api.identifier })).body.access_token,
      ),
    );
    const { tokens } = await signIn(server, await aClient(server.database, { type: 'web' }), ada);
    const headers = [...accessTokens, tokens.id_token ?? ''].map((token) => decodeProtectedHeader(token));
    expect(headers.map(({ alg }) => alg)).toEqual(['ES256', 'RS256', 'ES256']);
    for (const { kid, alg } of headers) expect(keys.find((key) => key.kid === kid)?.alg).toBe(alg);
    const jwks = createRemoteJWKSet(new URL(server.issuer + JWKS));
    for (const token of accessTokens) await jwtVerify(token, jwks, { issuer: server.issuer, typ: 'at+jwt' });
  });
});

describe('what may be kept', () => {
  it.each([DISCOVERY, OAUTH, JWKS, '/.well-known/jwks.json'])(
    'D17: %s says for how long, and is not sent again unchanged',
    async (path) => {
      const first = await fetch(server.issuer + path);
      const maxAge = /^public, max-age=(\d+)$/.exec(first.headers.get('cache-control') ?? '')?.[1];
      expect(Number(maxAge)).toBeGreaterThanOrEqual(60);
      expect(Number(maxAge)).toBeLessThanOrEqual(3600);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]+"$/);
      const again = await fetch(server.issuer + path, { headers: { 'if-none-match': etag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('etag')).toBe(etag);
      expect(again.headers.get('cache-control')).toBe(first.headers.get('cache-control'));
      for (const tags of [`W/${etag}`, `"other", ${etag}`]) {
        expect((await fetch(server.issuer + path, { headers: { 'if-none-match': tags } })).status).toBe(304);
      }
      const other = await fetch(server.issuer + path, { headers: { 'if-none-match': '"other"' } });
      expect([other.status, await other.json()]).toEqual([200, await first.json()]);
    },
  );

  it.each([DISCOVERY, OAUTH, JWKS, '/.well-known/jwks.json'])(
    '%s may be read by any page, and by HEAD',
    async (path) => {
      const response = await fetch(server.issuer + path, { headers: { origin: 'https://app.example.com' } });
      expect(['*', 'https://app.example.com']).toContain(response.headers.get('access-control-allow-origin'));
      const head = await fetch(server.issuer + path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    },
  );
});
