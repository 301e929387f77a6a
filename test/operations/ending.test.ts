import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { holdRequest } from '../support/held-request.ts';
import { until } from '../support/load.ts';
import { beginProcess, type ServerProcess, startProcess } from '../support/server-process.ts';
import { childrenOf, hears, isRunning } from '../workers/children.ts';

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
/** Node itself hears SIGTERM from the start, but not this one, which the server hears from the same moment on. */
const SIGHUP = 1;
const MASTER_KEYS = `test:${randomBytes(32).toString('base64')}`;

let storage: TestDatabase;
let api: string;
let server: ServerProcess;

beforeAll(async () => {
  storage = await createTestDatabase();
  api = (await anApi(storage.database)).identifier;
});
afterAll(() => storage.drop());
afterEach(() => server?.stop('SIGKILL'));

const onPostgres = (env: Record<string, string> = {}) => ({ DATABASE_URL: storage.url ?? '', MASTER_KEYS, ...env });

describe.each([
  ['one process', '1'],
  ['workers', '2'],
])('while %s drains', (_, WORKERS) => {
  it('follows what others change until the last answer: an app that is disabled meanwhile gets no token', async () => {
    const app = await aClient(storage.database, {
      type: 'machine',
      subscriptions: [{ api, scopes: ['reports:read'] }],
    });
    server = await startProcess(onPostgres({ WORKERS }));
    const target = { port: server.port, host: new URL(server.issuer).host };
    const held = await Promise.all(Array.from({ length: 30 }, () => holdRequest(target, app)));
    const next = async () => (await held.pop()?.finish()) ?? { status: undefined, error: 'none is left' };
    expect(await next()).toMatchObject({ status: 200 });

    const ended = server.stop();
    await until('nobody listens', () =>
      fetch(server.issuer).then(
        () => false,
        () => true,
      ),
    );
    expect(await next()).toMatchObject({ status: 200 });
    await disableClient(storage.database.db, { clientId: app.clientId, reason: 'test' }, by());
    // Word of it takes a moment.
    await until('it is refused', async () => (await next()).error === 'invalid_client');
    while (held.length > 0) expect(await next()).toMatchObject({ status: 401, error: 'invalid_client' });
    expect(await ended).toBe(0);
  });
});

describe('a signal before the server listens', () => {
  it('SIGTERM ends one process with code 0, and leaves a folder that the next start can use', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-ending-'));
    const starting = await beginProcess({ DATA_DIR: dataDir });
    await until('it can be told', () => hears(starting.pid, SIGHUP));
    expect(await starting.stop()).toBe(0);
    expect(starting.output()).not.toContain('Latchkey listens on');
    server = await startProcess({ DATA_DIR: dataDir });
    expect((await fetch(`${server.issuer}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each([1, 2, 3])(
    'SIGTERM ends the first process with code 0 once it has %i workers, and them with it',
    async (count) => {
      const starting = await beginProcess(onPostgres({ WORKERS: '3' }));
      let workers: number[] = [];
      await until('they are there', () => {
        workers = childrenOf(starting.pid);
        return workers.length >= count;
      });
      expect(await starting.stop()).toBe(0);
      await until('no worker is left', () => !workers.some(isRunning));
      expect(starting.output()).not.toContain('latchkey cannot start');
    },
  );

  it('SIGHUP waits until all workers listen, and replaces them then', async () => {
    const { listening, ...starting } = await beginProcess(onPostgres({ WORKERS: '2', LOG_LEVEL: 'info' }));
    server = starting;
    await until('there is a worker', () => childrenOf(server.pid).length > 0);
    const [first] = childrenOf(server.pid);
    process.kill(server.pid, 'SIGHUP');
    process.kill(server.pid, 'SIGHUP');
    await listening;
    await until('all are replaced', () => server.output().includes('all workers are replaced'));
    expect(childrenOf(server.pid)).not.toContain(first);
    expect((await fetch(`${server.issuer}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});

it('SIGHUP does not end one process, which says why nothing was replaced', async () => {
  server = await startProcess(onPostgres());
  process.kill(server.pid, 'SIGHUP');
  await until('it says so', () => server.output().includes('SIGHUP: there are no workers to replace'));
  expect((await fetch(`${server.issuer}/readyz`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
});

it('takes the two signals of one Ctrl-C, the terminal’s and that of npm, for one', async () => {
  const app = await aClient(storage.database, { type: 'machine', subscriptions: [{ api, scopes: ['reports:read'] }] });
  server = await startProcess(onPostgres());
  const held = await holdRequest({ port: server.port, host: new URL(server.issuer).host }, app);
  process.kill(server.pid, 'SIGINT');
  await until('nobody listens', () =>
    fetch(server.issuer).then(
      () => false,
      () => true,
    ),
  );
  process.kill(server.pid, 'SIGINT');
  expect(await held.finish()).toMatchObject({ status: 200 });
  expect(await server.stop()).toBe(0);
});
