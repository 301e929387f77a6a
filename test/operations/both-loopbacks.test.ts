import { createServer } from 'node:http';
import { type AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listenAt } from '../../src/listen.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/postgres.ts';
import { sendRaw } from '../support/raw.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

/** What a proxy may be told that is on the same machine. */
const ADDRESSES = ['127.0.0.1', '[::1]'];

async function statuses(port: number, path: string, host: string): Promise<(number | string)[]> {
  return Promise.all(
    ADDRESSES.map((address) =>
      sendRaw({ issuer: `http://${address}:${port}` }, { path, headers: { host, connection: 'close' } }).then(
        ({ status }) => status,
        ({ code }: NodeJS.ErrnoException) => code ?? '',
      ),
    ),
  );
}

describe('a server on localhost', () => {
  let storage: TestDatabase;
  let server: ServerProcess | undefined;
  beforeEach(async () => {
    storage = await createTestDatabase();
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await storage.drop();
  });

  // The order in which a machine's list of hosts has the addresses of localhost: Debian's, Ubuntu's and macOS's has ::1 first.
  for (const order of ['ipv4first', 'ipv6first']) {
    for (const workers of ['1', '2']) {
      it(`is there on both loopback addresses with ${workers} of it, ${order}, and so are its metrics`, async () => {
        const metricsPort = await freePort();
        server = await startProcess({
          ...(storage.url ? { DATABASE_URL: storage.url, WORKERS: workers } : {}),
          METRICS_PORT: String(metricsPort),
          NODE_OPTIONS: `--dns-result-order=${order}`,
        });
        const { host } = new URL(server.issuer);
        expect(await statuses(server.port, '/jwks', host)).toEqual([200, 200]);
        expect(await statuses(metricsPort, '/metrics', host)).toEqual([200, 200]);
        expect(await server.stop()).toBe(0);
        expect(await statuses(server.port, '/jwks', host)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
      });
    }
  }

  it('says which address is taken when it is one of the two', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '::1', resolve));
    const start = startProcess({ ...(storage.url ? { DATABASE_URL: storage.url } : {}), PORT: String(port) });
    await expect(start).rejects.toThrow(
      /ended with 1: latchkey cannot start\. PORT: is taken by another program; use one that is free on ::1\n$/,
    );
    other.close();
  });
});

interface Accepting {
  readonly _handle: { onconnection(error: number): void };
}
const portOf = (listener: Server) => (listener.address() as AddressInfo | null)?.port;

describe('where a server listens', () => {
  const variables = { host: 'HOST', port: 'PORT' };
  const failures: (string | undefined)[] = [];
  const onError = ({ code }: NodeJS.ErrnoException) => failures.push(code);
  const listen = (host: string, port = 0) =>
    listenAt(
      createServer((_request, response) => response.end()),
      { host, port, onError, variables },
    );
  const told = (addresses: readonly AddressInfo[]) => addresses.map(({ address }) => address);

  it('has one port for all addresses, when any port will do', async () => {
    const { addresses, close } = await listen('localhost');
    await close();
    expect(told(addresses)).toEqual(['127.0.0.1', '::1']);
    expect(new Set(addresses.map(({ port }) => port)).size).toBe(1);
  });

  it.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['::1', ['::1']],
    ['[::1]', ['::1']],
    ['0.0.0.0', ['0.0.0.0']],
    ['LOCALHOST.', ['127.0.0.1', '::1']],
  ])('%s is %j', async (host, expected) => {
    const { addresses, close } = await listen(host);
    await close();
    expect(told(addresses)).toEqual(expected);
  });

  it('is not open any more after it was closed, with the last of its connections', async () => {
    const { addresses, server, close } = await listen('localhost');
    const port = addresses[0]?.port ?? 0;
    const open = await statuses(port, '/', 'any');
    server.closeAllConnections();
    await close();
    expect(open).toEqual([200, 200]);
    expect(await statuses(port, '/', 'any')).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  it('goes on when the machine has no files left for a connection', async () => {
    const { addresses, server, close } = await listen('localhost');
    const port = addresses[0]?.port ?? 0;
    // What Node.js is told of ENFILE (-23) by the system: a test cannot use up the files of the whole machine.
    const { _getActiveHandles } = process as unknown as { _getActiveHandles(): unknown[] };
    const listeners = _getActiveHandles
      .call(process)
      .filter((handle) => handle instanceof Server && portOf(handle) === port);
    for (const { _handle } of listeners as Accepting[]) _handle.onconnection(-23);
    expect(failures).toEqual(['ENFILE', 'ENFILE']);
    expect(await statuses(port, '/', 'any')).toEqual([200, 200]);
    server.closeAllConnections();
    await close();
  });

  it.each([
    ['no-such-name.invalid', /^HOST: "no-such-name\.invalid" is a name without an address \(\w+\); use localhost or 0/],
    ['192.0.2.1', /^HOST: is not an address of this machine; use localhost or 0\.0\.0\.0$/],
  ])('is never %s', async (host, message) => {
    await expect(listen(host)).rejects.toThrow(message);
  });
});
