import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawAnswer, sendRaw } from '../support/raw.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const DOCUMENTS = [
  '/.well-known/jwks.json',
  '/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** With a query the whole chain is gone through, without one only the first time. */
const throughTheChain = (path: string) => sendRaw(server, { path: `${path}?chain` });
const atOnce = async (path: string) => {
  await sendRaw(server, { path });
  return sendRaw(server, { path });
};

const stable = ({ status, text, headers }: RawAnswer) => {
  const { date, 'x-request-id': id, ...rest } = headers;
  return { status, text, rest, dated: typeof date, identified: typeof id };
};

describe.each(DOCUMENTS)('%s, answered ahead of the chain', (path) => {
  it('is the same as through it, with all of its headers', async () => {
    const answer = await atOnce(path);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(stable(answer)).toEqual(stable(await throughTheChain(path)));
  });

  it('has an id of its own each time, and a line in the log that says the same', async () => {
    const answers = [await atOnce(path), await atOnce(path), await throughTheChain(path)];
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(ids.length);
    const lines = server.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const id of ids) {
      const { time, ms, ...line } = lines.find(({ requestId }) => requestId === id) ?? {};
      expect(line).toEqual({ level: 30, requestId: id, method: 'GET', path, status: 200, msg: 'request' });
      expect([Number.isNaN(new Date(time as string).getTime()), typeof ms]).toEqual([false, 'number']);
    }
  });

  it('is answered by the chain where there is something to decide', async () => {
    const { headers } = await atOnce(path);
    const ask = (more: Record<string, string>, method = 'GET') => sendRaw(server, { method, path, headers: more });
    expect((await ask({ 'if-none-match': String(headers.etag) })).status).toBe(304);
    expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200);
    expect((await ask({ host: 'evil.example' })).status).toBe(421);
    expect((await ask({}, 'POST')).status).toBe(405);
    expect((await ask({ origin: 'https://app.example.com' })).headers['access-control-allow-origin']).toBe(
      'https://app.example.com',
    );
    const head = await ask({}, 'HEAD');
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', headers['content-length']]);
  });
});
