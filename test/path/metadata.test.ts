import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendRaw } from '../support/raw.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const FURTHER = 'http://latchkey:3000';
let server: TestServer;
let origin: string;
beforeAll(async () => {
  server = await startTestServer({ path: '/auth', env: { BACK_CHANNEL_ORIGINS: FURTHER } });
  origin = new URL(server.issuer).origin;
});
afterAll(() => server.stop());

const get = (path: string, accept = 'application/json') =>
  fetch(origin + path, { headers: { accept }, redirect: 'manual' });

describe('a server below a path', () => {
  it.each([
    '/auth/.well-known/openid-configuration',
    '/auth/.well-known/oauth-authorization-server',
    // RFC 8414 §3.1: between host and path.
    '/.well-known/oauth-authorization-server/auth',
    '/.well-known/openid-configuration/auth',
  ])('has its metadata at %s, with every address below the path', async (path) => {
    for (const time of ['first', 'again']) {
      const response = await get(path);
      const text = await response.text();
      expect([time, response.status]).toEqual([time, 200]);
      expect(JSON.parse(text)).toMatchObject({
        issuer: server.issuer,
        authorization_endpoint: `${server.issuer}/auth`,
        token_endpoint: `${server.issuer}/token`,
        userinfo_endpoint: `${server.issuer}/me`,
        jwks_uri: `${server.issuer}/jwks`,
        end_session_endpoint: `${server.issuer}/session/end`,
        revocation_endpoint: `${server.issuer}/token/revocation`,
        introspection_endpoint: `${server.issuer}/token/introspection`,
        pushed_authorization_request_endpoint: `${server.issuer}/request`,
        device_authorization_endpoint: `${server.issuer}/device_authorization`,
      });
      const addresses = text.match(/https?:\/\/[^"]+/g) ?? [];
      expect(
        addresses.filter((address) => address !== server.issuer && !address.startsWith(`${server.issuer}/`)),
      ).toEqual([]);
    }
  });

  it.each([
    '/',
    '/token',
    '/jwks',
    '/auth-other',
    '/authx/jwks',
    '/Auth/jwks',
    '/%61uth/jwks',
    '//auth/jwks',
    '/other/auth/jwks',
    '/api/v1/docs',
    '/assets/latchkey.css',
    '/auth/nothing',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/other',
    '/.well-known/oauth-authorization-server/auth/',
  ])('does not have anything at %s', async (path) => {
    expect((await get(path)).status).toBe(404);
    expect((await get(path)).headers.getSetCookie()).toEqual([]);
  });

  it('says so on a page that leads back below the path', async () => {
    const response = await get('/apps', 'text/html');
    const text = await response.text();
    expect([response.status, text.includes('There is nothing at this address.')]).toEqual([404, true]);
    expect(text).toMatch(/href="\/auth\/assets\/latchkey-\w+\.css"/);
    expect(text).not.toMatch(/(?:href|src|action)="\/(?!auth\/)/);
  });

  it('takes the path off an absolute request line too', async () => {
    const answer = await sendRaw(
      { issuer: origin },
      { path: `${server.issuer}/jwks`, headers: { host: new URL(origin).host } },
    );
    expect(answer.status).toBe(200);
    const outside = await sendRaw(
      { issuer: origin },
      { path: `${origin}/jwks`, headers: { host: new URL(origin).host } },
    );
    expect(outside.status).toBe(404);
  });

  it('answers probes with and without the path, under any host, and its own address with and without a slash', async () => {
    for (const host of ['10.0.0.7:3000', new URL(origin).host]) {
      for (const path of ['/healthz', '/readyz', '/auth/healthz', '/auth/readyz']) {
        const answer = await sendRaw({ issuer: origin }, { path, headers: { host } });
        expect([host, path, answer.status, JSON.parse(answer.text)]).toEqual([host, path, 200, { status: 'ok' }]);
      }
    }
    for (const path of ['/auth', '/auth/', '/auth?from=elsewhere']) {
      const response = await get(path, 'text/html');
      expect([path, response.status, (await response.text()).includes('href="/auth/sign-in"')]).toEqual([
        path,
        200,
        true,
      ]);
    }
  });

  it('is below the same path under its further names', async () => {
    const ask = async (path: string) => {
      const answer = await sendRaw({ issuer: origin }, { path, headers: { host: 'latchkey:3000' } });
      return [answer.status, JSON.parse(answer.text).issuer ?? JSON.parse(answer.text).error];
    };
    expect(await ask('/auth/.well-known/openid-configuration')).toEqual([200, server.issuer]);
    expect(await ask('/.well-known/openid-configuration')).toEqual([404, 'not_found']);
    expect(await ask('/auth/sign-in')).toEqual([421, 'wrong_host']);
  });

  it('answers under no other host, below the path or not', async () => {
    for (const path of ['/auth/jwks', '/jwks']) {
      const answer = await sendRaw({ issuer: origin }, { path, headers: { host: 'other.example' } });
      expect([path, answer.status, JSON.parse(answer.text).error]).toEqual([path, 421, 'wrong_host']);
    }
  });
});
