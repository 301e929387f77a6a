import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { expectErrorPage, expectJsonError, failuresOf, sendRaw } from '../support/raw.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'web', subscriptions });
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

const raw = (request: Parameters<typeof sendRaw>[1]) => sendRaw(server, request);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const postForm = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  raw({ method: 'POST', path, body, headers: { ...FORM, authorization: basic(app), ...headers } });

const PROGRAM_ENDPOINTS = ['/token', '/request', '/token/introspection', '/token/revocation'];
describe('another shape than expected', () => {
  it.each(PROGRAM_ENDPOINTS)('is refused: two values at %s', async (path) => {
    for (const body of [
      'token=a&token=b&grant_type=x&grant_type=y&client_id=a&client_id=b',
      'client_id=a&client_id=b',
    ]) {
      expectJsonError(await postForm(path, body));
    }
  });

  it('is refused: parameters that look like objects', async () => {
    for (const body of [
      'grant_type[]=refresh_token',
      'grant_type[a]=b',
      '__proto__[x]=1&grant_type=x',
      'constructor=x&hasOwnProperty=y',
    ]) {
      expectJsonError(await postForm('/token', body));
    }
  });

  it.each([
    ['application/json', '{"grant_type":"client_credentials"}'],
    ['application/json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['application/json', `{"a":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`],
    ['text/plain', 'grant_type=client_credentials'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nx\r\n--x--'],
    ['application/xml', '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'],
    ['', 'grant_type=client_credentials'],
    ['nonsense', 'x'],
    ['application/x-www-form-urlencoded; charset=utf-16', 'grant_type=client_credentials'],
  ])('is refused: a body of type %j', async (type, body) => {
    for (const path of PROGRAM_ENDPOINTS) {
      const headers = { authorization: basic(app), ...(type ? { 'content-type': type } : {}) };
      expectJsonError(await raw({ method: 'POST', path, headers, body }), [400, 401, 415]);
    }
  });

  it('is refused: a sign-in that is not a form', async () => {
    const person = new Person(server.issuer);
    const login = await person.visit(authorizationUrl(server, app));
    const cookie = [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    const path = `${new URL(login.url).pathname}/sign-in`;
    const csrf = login.text.match(/name="csrf" value="([^"]*)"/)?.[1] ?? '';
    const body = JSON.stringify({ csrf, email: ada.email, password: ada.password });
    const json = { 'content-type': 'application/json', accept: 'text/html', cookie };
    expectErrorPage(await raw({ method: 'POST', path, headers: json, body }), [400, 403, 415]);
    const form = { ...FORM, accept: 'text/html', cookie };
    for (const fields of [
      `csrf=${csrf}&email=a&email=b&password=c`,
      `csrf=${csrf}`,
      `csrf=${csrf}&email[a]=b&password=c`,
    ]) {
      expectErrorPage(await raw({ method: 'POST', path, headers: form, body: fields }));
    }
  });

  it.each([
    'Basic',
    'Basic ',
    'Basic !!!',
    'Basic eA==',
    'Basic Og==',
    `Basic ${'A'.repeat(9000)}`,
    'Bearer x',
    'Bearer',
    'Digest username="x"',
    'x'.repeat(9000),
    ': : :',
    'Basic a b c',
  ])('is refused: Authorization: %.20s', async (authorization) => {
    for (const path of PROGRAM_ENDPOINTS) {
      const answer = await raw({
        method: 'POST',
        path,
        headers: { ...FORM, authorization },
        body: 'grant_type=x&token=y',
      });
      expectJsonError(answer, [400, 401]);
    }
    expectJsonError(await raw({ path: '/me', headers: { authorization } }), [400, 401]);
  });
});

describe('another method or host', () => {
  it('is refused: methods that an address does not have', async () => {
    /** What HEAD gets: what GET would, and nothing where there is no GET. */
    const heads = {
      ...Object.fromEntries(PROGRAM_ENDPOINTS.map((path) => [path, 405])),
      '/auth': 400,
      '/me': 401,
      '/session/end': 200,
      '/interaction/x': 400,
      '/jwks': 200,
      '/': 200,
      '/nothing': 404,
    };
    for (const [path, head] of Object.entries(heads)) {
      const refused = path === '/nothing' ? 404 : 405;
      for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'OPTIONS']) {
        expect([path, method, (await raw({ method, path })).status]).toEqual([path, method, refused]);
      }
      expect([path, (await raw({ method: 'HEAD', path })).status]).toEqual([path, head]);
    }
  });

  it('is refused: another host, in either form', async () => {
    for (const host of ['evil.example', `${new URL(server.issuer).hostname}.evil.example`, '127.0.0.1']) {
      expectJsonError(await raw({ path: '/jwks', headers: { host } }), [421]);
      expectErrorPage(await raw({ path: '/', headers: { host, accept: 'text/html' } }), [421]);
    }
  });

  it('is refused: another host in the target, which outranks the header', async () => {
    const path = '/.well-known/openid-configuration';
    for (const origin of [
      'http://evil.example',
      'HTTPS://evil.example',
      `${server.issuer}@evil.example`,
      'ftp://evil.example',
    ]) {
      expectJsonError(await raw({ path: origin + path }), [400, 421]);
    }
    const { host } = new URL(server.issuer);
    for (const origin of [server.issuer, `HTTP://${host.toUpperCase()}`]) {
      const answer = await raw({ path: origin + path });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text).token_endpoint).toBe(`${server.issuer}/token`);
    }
    expect((await raw({ path: `${server.issuer}?x=1`, headers: { accept: 'text/html' } })).status).toBe(200);
    expectJsonError(await raw({ path: `//evil.example${path}` }), [404]);
  });

  it('does not believe what a proxy says of the host', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    };
    const query = new URL(authorizationUrl(server, app)).search;
    const started = await raw({ path: `/auth${query}`, headers });
    expect(started.status).toBe(303);
    expect(JSON.stringify(started.headers)).not.toContain('evil.example');
    const page = await raw({ path: '/', headers: { ...headers, accept: 'text/html' } });
    expect([page.status, page.text.includes('evil.example')]).toEqual([200, false]);
  });

  it('answers probes under any host', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await raw({ path, headers: { host: '10.0.0.7:3000' } })).status).toBe(200);
    }
  });
});

describe('after all this', () => {
  it('the server was not surprised once', () => {
    expect(server.logged.length).toBeGreaterThan(50);
    expect(failuresOf(server)).toEqual([]);
  });
});
