import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { expectErrorPage, expectJsonError, failuresOf, sendRaw } from '../support/raw.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer();
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'web', subscriptions });
});
afterAll(() => server.stop());

const raw = (request: Parameters<typeof sendRaw>[1]) => sendRaw(server, request);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const postForm = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  raw({ method: 'POST', path, body, headers: { ...FORM, authorization: basic(app), ...headers } });

const PROGRAM_ENDPOINTS = ['/token', '/request', '/token/introspection', '/token/revocation'];
const WRONG_TEXT: [string, string][] = [
  ['NUL', '%00'],
  ['a lone surrogate', '%ED%A0%80'],
  ['an overlong form', '%C0%AF'],
  ['a cut character', '%E2%82'],
  ['a byte that is not UTF-8', '%FF'],
  ['a broken escape', '%zz'],
  ['an escape that is cut', '%4'],
];

describe('text that cannot be stored', () => {
  it.each(WRONG_TEXT)('is refused in a form of a program: %s', async (_what, text) => {
    for (const path of PROGRAM_ENDPOINTS) {
      for (const body of [`grant_type=refresh_token&refresh_token=${text}&token=${text}`, `${text}=x&token=y`]) {
        expect(expectJsonError(await postForm(path, body)).error).toBe('invalid_request');
      }
    }
  });

  it.each(WRONG_TEXT)('is refused in an address of a browser: %s', async (_what, text) => {
    const accept = { accept: 'text/html' };
    const query = new URL(authorizationUrl(server, app, { state: undefined })).search;
    for (const path of [
      `/auth${query}&state=${text}`,
      `/session/end?state=${text}`,
      `/interaction/${text}`,
      `/${text}`,
    ]) {
      expectErrorPage(await raw({ path, headers: accept }));
    }
  });

  it.each(WRONG_TEXT)('is refused in a form of a person: %s', async (_what, text) => {
    const person = new Person(server.issuer);
    const login = await person.visit(authorizationUrl(server, app));
    const cookie = [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...FORM, accept: 'text/html', cookie };
    const path = `${new URL(login.url).pathname}/sign-in`;
    const body = `email=${text}&password=${text}`;
    expectErrorPage(await raw({ method: 'POST', path, headers, body }));
  });

  it('is refused as raw bytes', async () => {
    for (const bytes of [Buffer.from([0x00]), Buffer.from([0xff, 0xfe]), Buffer.from([0xed, 0xa0, 0x80])]) {
      const body = Buffer.concat([Buffer.from('grant_type=refresh_token&refresh_token='), bytes]);
      const answer = await postForm('/token', body);
      expect(expectJsonError(answer, [400]).error).toBe('invalid_request');
    }
  });

  it('is refused inside of tokens, credentials and headers', async () => {
    for (const authorization of [
      `Basic ${Buffer.from(`${app.clientId}:%00`).toString('base64')}`,
      `Basic ${Buffer.from('%ED%A0%80:x').toString('base64')}`,
      `Basic ${Buffer.from('x\0y:z').toString('base64')}`,
      `Basic ${Buffer.from([0xff, 0x3a, 0xff]).toString('base64')}`,
    ]) {
      const answer = await raw({
        method: 'POST',
        path: '/token',
        headers: { ...FORM, authorization },
        body: 'grant_type=x',
      });
      expectJsonError(answer, [400, 401]);
    }
    for (const token of ['%00', Buffer.from('x\0y').toString('base64url'), 'x'.repeat(8000)]) {
      expectJsonError(await raw({ path: '/me', headers: { authorization: `Bearer ${token}` } }), [400, 401]);
    }
    const cookie = 'latchkey_session=%00; latchkey_session.sig=x; latchkey_portal=%ED%A0%80; latchkey_portal.sig=y';
    expect((await raw({ path: '/', headers: { cookie, accept: 'text/html' } })).status).toBe(200);
  });
});

describe('too much', () => {
  it.each(PROGRAM_ENDPOINTS)('is refused in a body: %s', async (path) => {
    expectJsonError(await postForm(path, `grant_type=refresh_token&refresh_token=${'x'.repeat(60_000)}`), [413]);
  });

  it('is refused in a body whose length is not told', async () => {
    const headers = { 'transfer-encoding': 'chunked' };
    expectJsonError(await postForm('/token', `grant_type=${'x'.repeat(60_000)}`, headers), [413]);
  });

  it('is refused in an address', async () => {
    for (const length of [16_384, 20_000]) {
      const { status } = await raw({ path: `/auth?x=${'x'.repeat(length)}`, headers: { accept: 'text/html' } });
      expect(status).toBe(413);
    }
  });

  it('is refused in a number of parameters', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `p${index}=1`).join('&');
    const answer = await postForm('/token', `grant_type=refresh_token&refresh_token=x&${many}`);
    expectJsonError(answer, [400, 413]);
  });

  it('is fine up to the limit', async () => {
    const answer = await postForm('/token', `grant_type=refresh_token&refresh_token=${'x'.repeat(50_000)}`);
    expect(expectJsonError(answer).error).toBe('invalid_grant');
  });
});

describe('after all this', () => {
  it('the server was not surprised once', () => {
    expect(server.logged.length).toBeGreaterThan(50);
    expect(failuresOf(server)).toEqual([]);
  });
});
