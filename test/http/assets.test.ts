import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendRaw } from '../support/raw.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.issuer + path, { headers });
/** The address of an asset in the page for strangers. */
async function addressOf(pattern: RegExp) {
  const [address] = pattern.exec(await (await get('/')).text()) ?? [];
  return address ?? '';
}
const STYLE = /\/assets\/latchkey-\w+\.css/;

describe('the assets of pages', () => {
  it('have names with a digest, and are kept for a year', async () => {
    const answer = await get(await addressOf(STYLE));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('are there under their plain names too, for five minutes', async () => {
    const answer = await get('/assets/submit-form.js');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    expect((await get('/assets/submit-form-000000000000.js')).status).toBe(404);
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
    ['identity', (body: Buffer) => body],
  ] as const)('come in the coding %s', async (coding, decode) => {
    const path = await addressOf(STYLE);
    const plain = Buffer.from(await (await get(path)).arrayBuffer());
    const answer = await sendRaw(server, { path, headers: { 'accept-encoding': coding } });
    expect([answer.status, answer.headers['content-encoding'] ?? 'identity']).toEqual([200, coding]);
    expect(answer.headers.vary).toContain('Accept-Encoding');
    expect(decode(answer.bytes).equals(plain)).toBe(true);
  });

  it('are not sent again to who has them', async () => {
    const path = await addressOf(STYLE);
    const etag = (await get(path)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
  });

  it('are fonts that the style sheet names, of 90 kB in all, and come as they are', async () => {
    const style = await (await get(await addressOf(STYLE))).text();
    const names = [...style.matchAll(/url\("([^"]+)"\)/g)].map(([, name]) => name);
    const fonts = await Promise.all(names.map((name) => get(`/assets/${name}`, { 'accept-encoding': 'br' })));
    expect(
      fonts.map(({ status, headers }) => [status, headers.get('content-type'), headers.get('content-encoding')]),
    ).toEqual(Array(4).fill([200, 'font/woff2', null]));
    const sizes = await Promise.all(fonts.map(async (font) => (await font.arrayBuffer()).byteLength));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(90_000);
  });
});
