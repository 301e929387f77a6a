import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { holdRequest } from '../support/held-request.ts';
import { asksForToken, type Load, send, startLoad, until } from '../support/load.ts';
import { type ServerProcess, startCluster, startProcess } from '../support/server-process.ts';
import { childOf, childrenOf, isRunning } from './children.ts';

const WORKERS = 3;
const MASTER_KEYS = `test:${randomBytes(32).toString('base64')}`;

let storage: TestDatabase;
let app: { clientId: string; clientSecret: string };
let server: ServerProcess;

beforeAll(async () => {
  storage = await createTestDatabase();
  const api = await anApi(storage.database);
  app = await aClient(storage.database, {
    type: 'machine',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
});
afterAll(() => storage.drop());
afterEach(() => server?.stop('SIGKILL'));

async function startWorkers(): Promise<void> {
  [server] = (await startCluster(storage.url ?? '', 1, {
    WORKERS: String(WORKERS),
    MASTER_KEYS,
    LOG_LEVEL: 'info',
  })) as [ServerProcess];
}

const target = () => ({ port: server.port, host: new URL(server.issuer).host });
const tokenLoad = (clients = 12): Load => startLoad(clients, target(), () => asksForToken(app));
/** Each request on a connection of its own. */
const newcomers = (): Load => startLoad(24, target(), () => ({ path: '/healthz' }), { keepAlive: false });

/** Who has answered requests, by the log. */
const answering = () =>
  new Set([...server.output().matchAll(/"worker":(\d+),.*"msg":"request"/g)].map(([, pid]) => Number(pid)));

/** Whether nobody listens any more. */
async function isRefused(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, 'localhost', () => resolve(false)).on('error', () => resolve(true));
  const refused = await promise;
  socket.destroy();
  return refused;
}

const requestsOf = (pid: number) => server.output().split(`"worker":${pid},`).length;

describe(`WORKERS=${WORKERS}`, () => {
  it('answers from several processes, and says so once and to nobody outside', async () => {
    await startWorkers();
    expect(server.output().match(/Latchkey listens on/g)).toHaveLength(1);
    const workers = childrenOf(server.pid);
    expect(workers).toHaveLength(WORKERS);

    const load = tokenLoad();
    await until('all workers answer', () => answering().size === WORKERS);
    await load.stop();

    expect(load.failures).toEqual([]);
    expect([...answering()].sort()).toEqual([...workers].sort());
    const { headers, text } = await send({ ...target(), ...asksForToken(app) });
    for (const pid of [server.pid, ...workers]) expect(JSON.stringify(headers) + text).not.toMatch(`\\b${pid}\\b`);
    expect(await server.stop()).toBe(0);
  });

  it('replaces all on SIGHUP, each new one before its old one, and drops no request', async () => {
    await startWorkers();
    const before = childrenOf(server.pid);
    const load = tokenLoad();
    const fresh = newcomers();
    await until('the load runs', () => load.good() > 50 && fresh.good() > 50);

    process.kill(server.pid, 'SIGHUP');
    let fewest = WORKERS;
    await until('the old ones are gone', () => {
      fewest = Math.min(fewest, childrenOf(server.pid).length);
      return !before.some(isRunning);
    });
    const during = load.good();
    await until('the new ones answer', () => load.good() > during + 50);
    await Promise.all([load.stop(), fresh.stop()]);

    expect([...load.failures, ...fresh.failures]).toEqual([]);
    expect(fewest).toBe(WORKERS);
    expect(childrenOf(server.pid)).toHaveLength(WORKERS);
    await until('it says so', () => server.output().includes('all workers are replaced'));
    expect(server.output().match(/Latchkey listens on/g)).toHaveLength(1);
    expect(await server.stop()).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s under load with code 0, and drops no request', async (signal) => {
    await startWorkers();
    const workers = childrenOf(server.pid);
    const load = tokenLoad();
    await until('the load runs', () => load.good() > 50);

    // As a terminal or a service manager does it: to the whole group.
    if (signal === 'SIGINT') for (const pid of workers) process.kill(pid, signal);
    const code = await server.stop(signal);
    await load.refused;

    expect(load.failures).toEqual([]);
    expect(code).toBe(0);
    expect(workers.filter(isRunning)).toEqual([]);
    expect(load.good()).toBeGreaterThan(50);
  });

  it('answers a slow request that was under way when the signal came, and leaves nobody waiting who came then', async () => {
    await startWorkers();
    const load = newcomers();
    await until('the load runs', () => load.good() > 50);
    const held = await holdRequest(target(), app);
    const ended = server.stop();
    await load.refused;
    // What the system has not yet handed to anybody when the socket is closed, it resets.
    expect(load.failures.filter((failure) => !/ECONNRESET|socket hang up/.test(failure))).toEqual([]);
    expect(await held.finish()).toMatchObject({ status: 200, connection: 'keep-alive' });
    expect(await ended).toBe(0);
  });

  it('ends well while those that were replaced still wait for their connections', async () => {
    await startWorkers();
    const before = childrenOf(server.pid);
    // Some with each of them, for longer than the log takes to say that all are replaced.
    const held = await Promise.all(Array.from({ length: 2 * WORKERS }, () => holdRequest(target(), app)));
    process.kill(server.pid, 'SIGHUP');
    await until('all are replaced', () => server.output().includes('all workers are replaced'));
    expect(before.some(isRunning)).toBe(true);

    const ended = server.stop();
    // Those that have waited for ten seconds by now are cut off.
    await Promise.allSettled(held.map((one) => one.finish()));
    expect(await ended).toBe(0);
    expect(server.output()).not.toContain('ERR_IPC');
  });

  it('does not go on answering because one worker stands still', async () => {
    await startWorkers();
    const still = childOf(server.pid);
    process.kill(still, 'SIGSTOP');
    const ended = server.stop();
    try {
      await until('nobody listens', () => isRefused(server.port), 10);
    } finally {
      process.kill(still, 'SIGCONT');
    }
    expect(await ended).toBe(0);
  });

  it('replaces a worker that was killed', async () => {
    await startWorkers();
    const [victim, ...others] = childrenOf(server.pid) as [number, ...number[]];
    process.kill(victim, 'SIGKILL');
    await until('there are as many again', () => {
      const now = childrenOf(server.pid);
      return now.length === WORKERS && !now.includes(victim);
    });
    const fresh = childrenOf(server.pid).find((pid) => !others.includes(pid));
    await until('the new one listens', () => server.output().includes(`"worker":${fresh},"msg":"a worker listens"`));
    const load = tokenLoad();
    await until('the new one answers', () => requestsOf(Number(fresh)) > 3);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(server.output()).toMatch(new RegExp(`"worker":${victim},.*"signal":"SIGKILL","delay":1000`));
    expect(await server.stop()).toBe(0);
  });

  it('ends its workers when the primary is killed', async () => {
    await startWorkers();
    const workers = childrenOf(server.pid);
    await server.stop('SIGKILL');
    await until('no worker is left', () => !workers.some(isRunning));
  });

  it('stays as it is when a new worker cannot start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-workers-'));
    const fresh = await createTestDatabase();
    server = await startProcess({ DATABASE_URL: fresh.url ?? '', WORKERS: '2', DATA_DIR: dataDir, LOG_LEVEL: 'info' });
    const before = childrenOf(server.pid);
    // Without the keys that were made for it, a new worker opens nothing of what is in the database.
    rmSync(join(dataDir, 'secrets.json'));
    process.kill(server.pid, 'SIGHUP');
    await until('the failure is reported', () => server.output().includes('a new worker did not start'));
    expect(server.output()).toMatch(/latchkey cannot start\. DATA_DIR: has no .*secrets\.json, .*\n/);
    expect(childrenOf(server.pid).sort()).toEqual(before.sort());
    expect((await fetch(`${server.issuer}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
    await fresh.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('prints the demo that it made once', async () => {
    const fresh = await createTestDatabase();
    server = await startProcess({ DATABASE_URL: fresh.url ?? '', WORKERS: 'auto' });
    expect(server.output().match(/Password {6}/g)).toHaveLength(1);
    expect(server.output().match(/curl -s/g)).toHaveLength(1);
    expect(await server.stop()).toBe(0);
    await fresh.drop();
  });

  it('refuses the embedded database, and says why once', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-workers-'));
    const start = startProcess({ WORKERS: '2', DATA_DIR: dataDir });
    await expect(start).rejects.toThrow(
      /ended with 1: latchkey cannot start\. WORKERS: more than one needs DATABASE_URL; [^\n]*\n$/,
    );
    expect(existsSync(join(dataDir, 'secrets.json'))).toBe(false);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('says in one line why it cannot start', async () => {
    const start = startProcess({ WORKERS: '3', DATABASE_URL: 'postgres://127.0.0.1:1/none' });
    await expect(start).rejects.toThrow(
      /ended with 1: latchkey cannot start\. DATABASE_URL: cannot be reached \([^\n]*\n$/,
    );
  });
});
