import { getServers, setServers } from 'node:dns';
import { readFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/db/connections/connection.ts';
import { type AssertionKey, anAssertionKey, asForm, assertionOf } from '../support/assertions.ts';
import { createTestDatabase } from '../support/database.ts';
import { type DnsServer, startDnsServer } from '../support/dns-server.ts';
import { aClient } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { certificate, certificateKey } from '../support/proxies.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { startProcess } from '../support/server-process.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

const pem = readFileSync(certificate, 'utf8');
const open: Server[] = [];
let key: AssertionKey;
beforeAll(async () => {
  key = await anAssertionKey();
});
afterEach(async () => {
  for (const server of open.splice(0)) server.close();
});

async function listenOn<T extends Server>(server: T, address = '127.0.0.1', port = 0): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return (server.address() as AddressInfo).port;
}

/** Something inside of the network. Whoever connects is noted, before a byte is said. */
async function aListener(address?: string, at?: number) {
  const connections: string[] = [];
  const server = createTcpServer((socket) => {
    connections.push(socket.localAddress ?? '');
    socket.destroy();
  });
  return { connections, port: await listenOn(server, address, at) };
}

/** A host that publishes over https. */
async function aPublisher(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer({ cert: pem, key: readFileSync(certificateKey) }, (request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  return { asked, port: await listenOn(server) };
}

const sendKeys = (response: ServerResponse, { jwks }: AssertionKey, headers: Record<string, string> = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(jwks));

async function anApp(database: Database, jwksUri: string) {
  const published = 'https://keys.example.com/jwks.json';
  const app = await aClient(database, { type: 'machine', authMethod: 'private_key_jwt', jwksUri: published });
  // Notations of an address that are refused today, and may have been registered before.
  await database.db.updateTable('clients').set({ jwks_uri: jwksUri }).where('id', '=', app.clientId).execute();
  return app;
}

async function authenticate(server: { issuer: string }, { clientId }: { clientId: string }, by = key) {
  const started = performance.now();
  const assertion = await assertionOf(server, clientId, by);
  const { status, text, body } = await post(server, '/token', {
    grant_type: 'client_credentials',
    ...asForm(assertion),
  });
  return { status, error: body.error, text, ms: performance.now() - started };
}

/** Machine apps have no subscription here, so whoever has proved itself is told that. */
const AUTHENTICATED = { status: 400, error: 'invalid_target' };
const REFUSED = { status: 401, error: 'invalid_client' };

describe('the address of an app’s keys that leads into the network', () => {
  const HOSTS = ['localhost', '127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '[::ffff:127.0.0.1]', '0.0.0.0'];

  it('is not even connected to by a server as it runs', async () => {
    const { database, url, drop } = await createTestDatabase();
    if (!url) return drop();
    const { port, connections } = await aListener();
    const server = await startProcess({ DATABASE_URL: url });
    const tries = HOSTS.map(async (host) =>
      authenticate(server, await anApp(database, `https://${host}:${port}/keys`)),
    );
    for (const answer of await Promise.all(tries)) expect(answer).toMatchObject(REFUSED);
    await server.stop();
    await drop();
    expect(connections).toEqual([]);
  });
});

describe('what others publish', () => {
  let server: TestServer;
  let dns: DnsServer;
  let trusted: string[];
  const names = new Map<string, readonly string[] | 'nothing' | (() => readonly string[])>();
  const before = getServers();
  beforeAll(async () => {
    trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, pem]);
    dns = await startDnsServer((name) => {
      const known = names.get(name);
      return typeof known === 'function' ? known() : known;
    });
    setServers([dns.address]);
    server = await startTestServer({ env: { OUTGOING_INNER_HOSTS: 'localhost,127.0.0.2' } });
  });
  afterAll(async () => {
    await server.stop();
    setServers(before);
    dns.close();
    setDefaultCACertificates(trusted);
  });
  const tryAt = async (url: string) => authenticate(server, await anApp(server.database, url));

  it('is fetched from a host that the operator lists, by its name alone', async () => {
    const { asked, port } = await aPublisher((_request, response) => sendKeys(response, key));
    expect(await tryAt(`https://localhost:${port}/keys`)).toMatchObject(AUTHENTICATED);
    expect(await tryAt(`https://127.0.0.1:${port}/keys`)).toMatchObject(REFUSED);
    expect(asked).toEqual(['/keys']);
  });

  it('fails in the same time and words, whatever is at the other end, and at once when asked again', async () => {
    names.set('silent.test', 'nothing');
    names.set('inside.test', ['10.0.0.1']);
    names.set('open.test', ['127.0.0.2']);
    const listening = await aListener();
    const listed = await aListener('127.0.0.2');
    const publisher = await aPublisher((_request, response) => response.writeHead(404).end());
    const closed = await freePort();
    const urls = [
      `https://127.0.0.1:${listening.port}/`,
      `https://127.0.0.1:${closed}/`,
      `https://localhost:${closed}/`,
      `https://localhost:${listening.port}/`,
      `https://localhost:${publisher.port}/`,
      `https://open.test:${listed.port}/`,
      'https://inside.test/',
      'https://silent.test/',
      'https://no-such-name.test/',
      'https://169.254.169.254/latest/meta-data',
      'https://[fe80::1]/',
      'https://1.1.1.1:25/',
    ];
    const apps = await Promise.all(urls.map((url) => anApp(server.database, url)));
    const answers = await Promise.all(apps.map((app) => authenticate(server, app)));
    expect(answers.map(({ status, text }) => [status, text])).toEqual(urls.map(() => [401, answers[0]?.text]));
    expect(answers[0]?.text).not.toMatch(/ECONN|address|port|inside/i);
    for (const [index, { ms }] of answers.entries()) expect([urls[index], ms >= 2400]).toEqual([urls[index], true]);
    const logged = server.logged.filter((line) => line.includes('could not be fetched')).length;
    const again = await Promise.all(apps.map((app) => authenticate(server, app)));
    expect(again.map(({ text }) => text)).toEqual(answers.map(({ text }) => text));
    expect(server.logged.filter((line) => line.includes('could not be fetched'))).toHaveLength(logged);
  });

  it('is fetched from the addresses that were judged, and the name is not looked up again', async () => {
    const { connections, port } = await aListener('127.0.0.2');
    const elsewhere = await aListener('127.0.0.1', port);
    // The second answer leads elsewhere, as a server of DNS does that means harm.
    let times = 0;
    names.set('rebinding.test', () => {
      times += 1;
      return times <= 2 ? ['127.0.0.2'] : ['127.0.0.1'];
    });
    expect(await tryAt(`https://rebinding.test:${port}/`)).toMatchObject(REFUSED);
    expect([connections, elsewhere.connections]).toEqual([['127.0.0.2'], []]);
    expect(dns.asked.filter((question) => question.endsWith('rebinding.test')).sort()).toEqual([
      'A rebinding.test',
      'AAAA rebinding.test',
    ]);
  });

  it('is not asked for when one of several addresses of a name leads inside', async () => {
    names.set('mixed.test', ['127.0.0.2', '127.0.0.1']);
    const { connections, port } = await aListener('127.0.0.2');
    expect(await tryAt(`https://mixed.test:${port}/`)).toMatchObject(REFUSED);
    expect(connections).toEqual([]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['a redirect', (response) => response.writeHead(302, { location: '/keys' }).end()],
    ['a page', (response) => sendKeys(response, key, { 'content-type': 'text/html' })],
    [
      'something that is packed',
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
          .end(gzipSync(JSON.stringify(key.jwks))),
    ],
    [
      'more than 64 KiB',
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ ...key.jwks, more: 'x'.repeat(70_000) })),
    ],
    ['text that is no JSON', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('keys')],
    [
      'a body that never ends',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    ],
    ['nothing', () => {}],
  ])('is refused when it is %s', async (_what, answer) => {
    const { asked, port } = await aPublisher((_request, response) => void answer(response));
    expect(await tryAt(`https://localhost:${port}/`)).toMatchObject(REFUSED);
    expect(asked).toEqual(['/']);
  });

  it('may be slow for many apps at once, and is fetched for others all the same', async () => {
    names.set('slow.test', ['127.0.0.2']);
    let connections = 0;
    const silent = await listenOn(
      createTcpServer(() => {
        connections += 1;
      }),
      '127.0.0.2',
    );
    const { port } = await aPublisher((_request, response) => sendKeys(response, key));
    const slow = Array.from({ length: 80 }, (_, n) => `https://slow.test:${silent}/${n}`);
    const apps = await Promise.all(slow.map((url) => anApp(server.database, url)));
    const waiting = apps.map((app) => authenticate(server, app));
    await until('as many are asked as may be at one host', async () => connections === 8);
    expect(await tryAt(`https://localhost:${port}/`)).toMatchObject(AUTHENTICATED);
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject(REFUSED);
  });

  it('is kept for ten minutes at most, and for one at least', async () => {
    controlTime();
    let current = key;
    const headers = { 'cache-control': 'max-age=31536000', expires: 'Thu, 01 Jan 2099 00:00:00 GMT' };
    const { asked, port } = await aPublisher((_request, response) => sendKeys(response, current, headers));
    const app = await anApp(server.database, `https://localhost:${port}/`);
    expect(await authenticate(server, app)).toMatchObject(AUTHENTICATED);
    current = await anAssertionKey();
    travel(590);
    expect(await authenticate(server, app)).toMatchObject(AUTHENTICATED);
    travel(20);
    expect(await authenticate(server, app)).toMatchObject(REFUSED);
    expect(await authenticate(server, app, current)).toMatchObject(AUTHENTICATED);
    headers['cache-control'] = 'no-store';
    travel(610);
    expect(await authenticate(server, app, current)).toMatchObject(AUTHENTICATED);
    travel(50);
    expect(await authenticate(server, app, current)).toMatchObject(AUTHENTICATED);
    travel(20);
    expect(await authenticate(server, app, current)).toMatchObject(AUTHENTICATED);
    expect(asked).toHaveLength(4);
    releaseTime();
  });

  it('ends when its owner has removed it, and goes on while the host is away', async () => {
    controlTime();
    let isAway = false;
    let current = key;
    const { asked, port } = await aPublisher((_request, response) =>
      isAway ? response.writeHead(503).end() : sendKeys(response, current, { 'cache-control': 'max-age=300' }),
    );
    const app = await anApp(server.database, `https://localhost:${port}/`);
    expect(await authenticate(server, app)).toMatchObject(AUTHENTICATED);
    isAway = true;
    travel(310);
    expect(await authenticate(server, app)).toMatchObject(AUTHENTICATED);
    expect(asked).toHaveLength(2);
    expect(await authenticate(server, app)).toMatchObject(AUTHENTICATED);
    expect(asked).toHaveLength(2);
    isAway = false;
    current = await anAssertionKey();
    travel(40);
    expect(await authenticate(server, app)).toMatchObject(REFUSED);
    expect(await authenticate(server, app, current)).toMatchObject(AUTHENTICATED);
    isAway = true;
    travel(300 + 610);
    expect(await authenticate(server, app, current)).toMatchObject(REFUSED);
    releaseTime();
  });
});
