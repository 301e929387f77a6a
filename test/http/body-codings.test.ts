import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { expectErrorPage, expectJsonError, failuresOf, sendRaw } from '../support/raw.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
let robot: Awaited<ReturnType<typeof aRobot>>;

beforeAll(async () => {
  server = await startTestServer();
  const api = await anApi(server.database);
  app = await aClient(server.database, {
    type: 'web',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  robot = await aRobot(server, ['apps:write']);
});
afterAll(() => server.stop());

const raw = (request: Parameters<typeof sendRaw>[1]) => sendRaw(server, request);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const PROGRAM_ENDPOINTS = ['/token', '/request', '/token/introspection', '/token/revocation', '/device_authorization'];

/** A form whose text nobody can keep, packed so that only who unpacks it sees that. */
const HIDDEN = 'grant_type=refresh_token&token=%00&email=%00&password=%ED%A0%80&csrf=%00';
const CODINGS: [string, Buffer][] = [
  ['gzip', gzipSync(HIDDEN)],
  ['GZIP', gzipSync(HIDDEN)],
  ['x-gzip', gzipSync(HIDDEN)],
  ['deflate', deflateSync(HIDDEN)],
  ['br', brotliCompressSync(HIDDEN)],
  ['zstd', Buffer.from(HIDDEN)],
  ['identity, gzip', gzipSync(HIDDEN)],
  ['gzip, identity', gzipSync(HIDDEN)],
  ['gzip;q=1', gzipSync(HIDDEN)],
  ['whatever', Buffer.from(HIDDEN)],
];

/** The address and cookie of somebody's sign-in that is under way. */
async function signInUnderWay() {
  const person = new Person(server.issuer);
  const login = await person.visit(authorizationUrl(server, app));
  const cookie = [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  return { path: `${new URL(login.url).pathname}/sign-in`, cookie, page: login };
}

describe('a body that somebody would have to unpack', () => {
  it.each(CODINGS)('is refused at the endpoints of programs: %s', async (coding, body) => {
    for (const path of [...PROGRAM_ENDPOINTS, '/me']) {
      for (const accept of ['*/*', 'text/html']) {
        const headers = { ...FORM, authorization: basic(app), accept, 'content-encoding': coding };
        const answer = await raw({ method: 'POST', path, headers, body });
        expect(expectJsonError(answer, [415]).error).toBe('invalid_request');
        expect(answer.headers['accept-encoding']).toBe('identity');
      }
    }
  });

  it.each(CODINGS)('is refused on pages: %s', async (coding, body) => {
    const { path: signIn, cookie } = await signInUnderWay();
    for (const path of [
      signIn,
      signIn.replace('/sign-in', '/consent'),
      '/sign-in',
      '/auth',
      '/session/end',
      '/device',
    ]) {
      const headers = { ...FORM, accept: 'text/html', cookie, 'content-encoding': coding };
      expectErrorPage(await raw({ method: 'POST', path, headers, body }), [415]);
    }
  });

  it.each(CODINGS)('is refused by the admin API: %s', async (coding, body) => {
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
      const headers = {
        authorization: `Bearer ${robot.token}`,
        'content-type': 'application/json',
        'content-encoding': coding,
        'content-length': String(body.length),
      };
      const answer = await raw({ method, path: '/api/v1/apps', headers, body });
      expect([answer.status, answer.type]).toEqual([415, 'application/problem+json']);
      expect(JSON.parse(answer.text).code).toBe('unsupported_coding');
    }
  });

  it('is refused in a form with a file', async () => {
    const visitor = await aVisitor(server, await aPerson(server.database));
    const cookie = [...visitor.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      'content-type': 'multipart/form-data; boundary=x',
      'content-encoding': 'gzip',
      accept: 'text/html',
      cookie,
    };
    const body = gzipSync('--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nx\r\n--x--');
    expectErrorPage(await raw({ method: 'POST', path: `/apps/${app.clientId}/logo`, headers, body }), [415]);
  });

  it('is taken when it says that it is not packed', async () => {
    for (const coding of ['identity', 'Identity', '']) {
      const headers = { ...FORM, authorization: basic(app), 'content-encoding': coding };
      const body = 'grant_type=refresh_token&refresh_token=x';
      expect(expectJsonError(await raw({ method: 'POST', path: '/token', headers, body })).error).toBe('invalid_grant');
    }
  });

  it('is not looked for where there is none', async () => {
    const answer = await raw({ path: '/jwks', headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(200);
  });
});

describe('a body in another character set', () => {
  it.each(['utf-16', 'UTF-16LE', '"utf-16be"', 'utf-7', 'utf-32', 'ebcdic-us', 'shift_jis', 'utf-8; charset=utf-16'])(
    'is refused: %s',
    async (charset) => {
      const type = `application/x-www-form-urlencoded; charset=${charset}`;
      const headers = { 'content-type': type, authorization: basic(app) };
      for (const path of PROGRAM_ENDPOINTS) {
        const answer = await raw({ method: 'POST', path, headers, body: HIDDEN });
        expect(expectJsonError(answer, [415]).error).toBe('invalid_request');
      }
      const { path, cookie } = await signInUnderWay();
      const page = { 'content-type': type, accept: 'text/html', cookie };
      expectErrorPage(await raw({ method: 'POST', path, headers: page, body: HIDDEN }), [415]);
      const json = { 'content-type': `application/json; charset=${charset}`, authorization: `Bearer ${robot.token}` };
      const answer = await raw({ method: 'POST', path: '/api/v1/apps', headers: json, body: '{"name":"x"}' });
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([415, 'unsupported_coding']);
    },
  );

  it.each(['utf-8', 'UTF8', '"utf-8"', 'ISO-8859-1', 'us-ascii', 'windows-1252'])(
    'is taken where ASCII is ASCII: %s',
    async (charset) => {
      const headers = {
        'content-type': `application/x-www-form-urlencoded; charset=${charset}`,
        authorization: basic(app),
      };
      const body = 'grant_type=refresh_token&refresh_token=x';
      expect(expectJsonError(await raw({ method: 'POST', path: '/token', headers, body })).error).toBe('invalid_grant');
      for (const text of ['%E9', Buffer.from([0xe9])]) {
        const wrong = Buffer.concat([Buffer.from('grant_type=refresh_token&refresh_token='), Buffer.from(text)]);
        const answer = await raw({ method: 'POST', path: '/token', headers, body: wrong });
        expect(expectJsonError(answer).error).toBe('invalid_request');
      }
    },
  );

  it('is refused as raw bytes that are not UTF-8', async () => {
    for (const bytes of ['00', 'ff', 'fffe', 'eda080', 'c0af', 'c0', 'f8888080', 'e282']) {
      const body = Buffer.concat([Buffer.from('grant_type=refresh_token&refresh_token='), Buffer.from(bytes, 'hex')]);
      const answer = await raw({
        method: 'POST',
        path: '/token',
        headers: { ...FORM, authorization: basic(app) },
        body,
      });
      expect(expectJsonError(answer).error).toBe('invalid_request');
    }
  });
});

describe('after all this', () => {
  it('the server was not surprised once', () => {
    expect(failuresOf(server)).toEqual([]);
  });
});
