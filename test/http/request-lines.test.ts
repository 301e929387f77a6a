import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

let server: TestServer;
let host: string;
let app: { clientId: string; clientSecret: string };
beforeAll(async () => {
  server = await startTestServer({ trustedProxies: 1, env: { BACK_CHANNEL_ORIGINS: 'http://latchkey:3000' } });
  host = new URL(server.issuer).host;
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'machine', subscriptions });
});
afterAll(() => server.stop());

/** Sends these lines as they stand. @returns status and error code */
async function send(lines: readonly string[], body = ''): Promise<[number, string | undefined]> {
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write(`${[...lines, 'Accept: application/json', 'Connection: close'].join('\r\n')}\r\n\r\n${body}`, 'latin1');
  await once(socket, 'close');
  const [head = '', answer = ''] = text.split('\r\n\r\n');
  const json = /application\/(problem\+)?json/.test(head) ? JSON.parse(answer) : {};
  return [Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), json.error ?? json.code];
}

describe('a request', () => {
  const paths = ['/jwks', '/.well-known/openid-configuration', '/healthz', '/sign-in', '/api/v1/apps'];

  it.each(paths)('with two Host lines is refused, whichever is ours: %s', async (path) => {
    for (const hosts of [
      [host, 'evil.example'],
      ['evil.example', host],
      [host, host],
    ]) {
      const lines = [`GET ${path} HTTP/1.1`, ...hosts.map((one) => `Host: ${one}`)];
      expect(await send(lines)).toEqual([400, path.startsWith('/api') ? 'repeated_header' : 'invalid_request']);
    }
  });

  it('with two Host lines of different letters is refused', async () => {
    expect(await send(['GET /jwks HTTP/1.1', `HOST: ${host}`, `host: ${host}`])).toEqual([400, 'invalid_request']);
  });

  const form = 'grant_type=client_credentials';
  const post = () => [
    'POST /token HTTP/1.1',
    `Host: ${host}`,
    `Authorization: ${basic(app)}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${form.length}`,
  ];

  it('for a token is answered when each line is there once', async () => {
    expect(await send(post(), form)).toEqual([200, undefined]);
  });

  it.each([
    ['Authorization', () => `Authorization: ${basic(app)}`],
    ['Content-Type', () => 'Content-Type: application/x-www-form-urlencoded'],
    ['Host', () => `Host: ${host}`],
  ])('for a token with two %s lines is refused', async (_name, line) => {
    expect(await send([...post(), line()], form)).toEqual([400, 'invalid_request']);
  });

  it('with two lengths, or a length beside chunks, is refused by the parser', async () => {
    expect(await send([...post(), 'Content-Length: 1'], form)).toEqual([400, undefined]);
    expect(await send([...post(), 'Transfer-Encoding: chunked'], form)).toEqual([400, undefined]);
  });

  it.each(['', 'user@HOST', 'HOST/path', 'HOST:1', 'a b', '[::1', 'HOST, HOST', 'http://HOST', ':3000', '[]'])(
    'with the Host %j is refused',
    async (value) => {
      const lines = ['GET /healthz HTTP/1.1', `Host: ${value.replaceAll('HOST', host)}`];
      expect(await send(lines)).toEqual([400, 'invalid_request']);
    },
  );

  it('without Host is refused by the parser in HTTP/1.1, and in HTTP/1.0 by us, but for the probes', async () => {
    expect(await send(['GET /jwks HTTP/1.1'])).toEqual([400, undefined]);
    expect(await send(['GET /jwks HTTP/1.0'])).toEqual([421, 'wrong_host']);
    expect(await send(['GET /healthz HTTP/1.0'])).toEqual([200, undefined]);
  });

  it.each([
    ['http://HOST/jwks', 200, undefined],
    ['HTTP://HOST/jwks', 200, undefined],
    ['http://evil.example/jwks', 421, 'wrong_host'],
    ['http://latchkey:3000/jwks', 421, 'wrong_host'],
    ['http://evil.example/healthz', 421, 'wrong_host'],
    ['http://user@HOST/jwks', 400, 'invalid_request'],
    ['http:///jwks', 400, 'invalid_request'],
    ['ftp://HOST/jwks', 400, 'invalid_request'],
    ['http://[/jwks', 400, 'invalid_request'],
    ['http://[::1/jwks', 400, 'invalid_request'],
    ['http://HOST:99999999/jwks', 400, 'invalid_request'],
    ['http://a b/jwks', 400, undefined],
    ['javascript:[', 400, undefined],
    ['//a@[#x', 400, 'invalid_request'],
    ['//a@[\u00a0', 400, undefined],
    ['/jwks#x', 400, 'invalid_request'],
    ['http://HOST#x', 400, undefined],
    ['http://HOST/jwks#[', 400, 'invalid_request'],
    ['http://HOST?a=//b@[', 200, undefined],
    ['*', 404, 'not_found'],
  ])('for %s has the answer %i', async (target, status, error) => {
    expect(await send([`GET ${target.replace('HOST', host)} HTTP/1.1`, `Host: ${host}`])).toEqual([status, error]);
    expect(await send(['GET /healthz HTTP/1.1', `Host: ${host}`])).toEqual([200, undefined]);
  });

  it.each([
    ['Content-Encoding: br', 'Content-Length: 1'],
    ['Content-Encoding: br', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: gzip, chunked', 'X-Other: 1'],
  ])('for a document that is kept is refused with a packed body as well: %s, %s', async (...coding) => {
    const lines = ['GET /jwks HTTP/1.1', `Host: ${host}`];
    expect(await send(lines)).toEqual([200, undefined]);
    expect(await send([...lines, ...coding], coding[1] === 'Content-Length: 1' ? 'x' : '0\r\n\r\n')).toEqual([
      415,
      'invalid_request',
    ]);
  });

  it('is answered whether or not the host is in capitals', async () => {
    expect(await send(['GET /jwks HTTP/1.1', `Host: ${host.toUpperCase()}`])).toEqual([200, undefined]);
  });

  it('has the address in the trail that the proxy wrote last, without its port', async () => {
    const wrong = basic({ ...app, clientSecret: 'wrong' });
    const [, , ...rest] = post();
    const lines = [
      'POST /token HTTP/1.1',
      `Host: ${host}`,
      'X-Forwarded-For: 198.51.100.1',
      'X-Forwarded-For: 198.51.100.2, [2001:DB8::9]:4711',
      'Forwarded: for=198.51.100.3',
    ];
    const [, ...others] = rest;
    expect(await send([...lines, `Authorization: ${wrong}`, ...others], form)).toEqual([401, 'invalid_client']);
    const events = await server.database.db
      .selectFrom('audit_events')
      .select('ip')
      .where('type', '=', 'client.authentication_failed')
      .execute();
    expect(events).toEqual([{ ip: '2001:db8::9' }]);
  });

  it('is of one network whatever port the proxy saw it come from', async () => {
    const other = await aClient(server.database, { type: 'machine' });
    const statuses: number[] = [];
    for (let port = 1; port <= 21; port += 1) {
      const [line = '', hostLine = '', , ...rest] = post();
      const wrong = `Authorization: ${basic({ ...other, clientSecret: 'wrong' })}`;
      const forwarded = `X-Forwarded-For: 203.0.113.77:${40_000 + port}`;
      statuses.push((await send([line, hostLine, wrong, forwarded, ...rest], form))[0]);
    }
    expect(statuses).toEqual([...Array(20).fill(401), 429]);
  });
});
