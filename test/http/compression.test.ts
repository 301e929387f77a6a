import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { type RawAnswer, sendRaw } from '../support/raw.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  cookie = [...(await aVisitor(server)).cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
});
afterAll(() => server.stop());

const HOME = '/';
let cookie: string;
const get = (path: string, headers: Record<string, string> = {}) =>
  sendRaw(server, { path, headers: { 'accept-encoding': 'gzip, deflate, br, zstd', cookie, ...headers } });
const codingOf = ({ headers }: RawAnswer) => headers['content-encoding'];

describe('a page', () => {
  it.each([
    ['same-origin', 'zstd'],
    ['none', 'zstd'],
    ['same-site', undefined],
    ['cross-site', undefined],
    ['', undefined],
  ])('that a browser asks for, as it says, from %j, has the coding %s', async (site, coding) => {
    const answer = await get(HOME, { 'sec-fetch-site': site });
    expect([answer.status, codingOf(answer)]).toEqual([200, coding]);
  });

  it.each([
    ['zstd', zstdDecompressSync],
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('is the same in the coding %s', async (coding, decode) => {
    const plain = await get(HOME);
    const coded = await get(HOME, { 'sec-fetch-site': 'none', 'accept-encoding': coding });
    expect([codingOf(coded), codingOf(plain)]).toEqual([coding, undefined]);
    // The token of forms is another one in each answer.
    const same = (html: string) => html.replace(/(name="csrf" value=")[^"]+/g, '$1');
    expect(same(decode(coded.bytes).toString())).toBe(same(plain.text));
  });

  it('comes as it is to who takes no coding', async () => {
    const answer = await get(HOME, { 'sec-fetch-site': 'none', 'accept-encoding': 'identity' });
    expect([answer.status, codingOf(answer)]).toEqual([200, undefined]);
    expect(answer.text).toContain('</html>');
  });
});

describe('the reference of the admin API', () => {
  it('is compressed for everybody, and has a tag for all codings', async () => {
    const answer = await get('/api/v1/docs', { 'sec-fetch-site': 'cross-site' });
    expect([answer.status, codingOf(answer)]).toEqual([200, 'zstd']);
    expect(answer.bytes.length).toBeLessThan(60_000);
    const etag = String(answer.headers.etag);
    expect(etag).toMatch(/^W\//);
    expect((await get('/api/v1/docs', { 'if-none-match': etag })).status).toBe(304);
  });
});

describe('what programs get', () => {
  it.each(['/jwks', '/.well-known/openid-configuration', '/api/v1/openapi.json', '/healthz', '/api/v1/apps'])(
    'is not compressed: %s',
    async (path) => {
      expect(codingOf(await get(path, { 'sec-fetch-site': 'same-origin' }))).toBeUndefined();
    },
  );

  it('is not compressed at the token endpoint', async () => {
    const app = await aClient(server.database, { type: 'machine' });
    const headers = {
      authorization: basic(app),
      'content-type': 'application/x-www-form-urlencoded',
      'accept-encoding': 'br',
      'sec-fetch-site': 'same-origin',
    };
    const answer = await sendRaw(server, {
      method: 'POST',
      path: '/token',
      headers,
      body: 'grant_type=client_credentials',
    });
    expect([answer.status, codingOf(answer)]).toEqual([400, undefined]);
  });
});
