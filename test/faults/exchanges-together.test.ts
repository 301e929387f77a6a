import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/load.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { ask, Chain, type Furniture, furnish, isClearRefusal, refreshRequest } from './rig.ts';

const CHAINS = 10;
/** The advisory lock that an exchange waits for while it is written. */
const GATE = 37;

let storage: TestDatabase;
let proxy: TcpProxy;
let server: ServerProcess;
let furniture: Furniture;
let gate: pg.Client;
let chains: Chain[];

beforeAll(async () => {
  storage = await createTestDatabase();
  const url = new URL(storage.url ?? '');
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  [server] = (await startCluster(url.href, 1, { LOG_LEVEL: 'silent' })) as [ServerProcess];
  furniture = await furnish(storage.database);
  gate = new pg.Client({ connectionString: storage.url });
  await gate.connect();
  await gate.query(`
    create function wait_at_gate() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(${GATE}); return null; end $$;
    create trigger wait_at_gate before insert on refresh_retries for each statement execute function wait_at_gate()`);
  chains = [];
  while (chains.length < CHAINS) chains.push(await Chain.begin(server, furniture.retrying, furniture));
});
afterAll(async () => {
  await gate?.end();
  await server?.stop();
  await proxy?.close();
  await storage?.drop();
});

/** Backends that stand at the gate. */
async function waiting(): Promise<number[]> {
  const { rows } = await gate.query<{ pid: number }>(
    `select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
      where locktype = 'advisory' and objid = ${GATE} and not granted and datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

/** All chains refresh at once. The first is written alone and the others together; something happens before either is. */
async function refreshWhile(happens: (backends: readonly number[]) => Promise<unknown>) {
  await gate.query('begin');
  await gate.query(`select pg_advisory_xact_lock(${GATE})`);
  const answers = chains.map((chain) => ask(server, refreshRequest(chain.app, chain.token)));
  let backends: number[] = [];
  try {
    await until('two statements are under way', async () => {
      backends = await waiting();
      return backends.length === 2;
    });
    await happens(backends);
    return await Promise.all(answers);
  } finally {
    await gate.query('commit');
    await until('nothing is under way', async () => {
      const { rows } = await gate.query('select pid from pg_stat_activity where pid = any($1)', [backends]);
      return rows.length === 0;
    });
  }
}

const states = () => Promise.all(chains.map((chain) => chain.state(storage.database)));
const all = <T>(value: T) => chains.map(() => value);

describe(`${CHAINS} refreshes that are written together`, () => {
  it('are each answered 503 when the connection breaks, and each retry gets what was written all the same', async () => {
    const answers = await refreshWhile(async () => proxy.cut());
    expect(answers.map(isClearRefusal)).toEqual(all(true));
    expect(await states()).toEqual(all({ live: 1, presentedIsLive: false }));
    for (const chain of chains) expect(await chain.step(server)).toBe(true);
    expect(await states()).toEqual(all({ live: 1, presentedIsLive: true }));
    for (const chain of chains) expect(await chain.step(server)).toBe(true);
  });

  it('are each answered 503 when PostgreSQL ends the connection before the commit, and each token is good still', async () => {
    const answers = await refreshWhile((backends) =>
      gate.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [backends]),
    );
    expect(answers.map(isClearRefusal)).toEqual(all(true));
    expect(await states()).toEqual(all({ live: 1, presentedIsLive: true }));
    for (const chain of chains) expect(await chain.step(server)).toBe(true);
  });

  it('are tried one by one when PostgreSQL cancels the statement, and succeed', async () => {
    await gate.query('begin');
    await gate.query(`select pg_advisory_xact_lock(${GATE})`);
    const steps = chains.map((chain) => chain.step(server));
    await until('two statements are under way', async () => (await waiting()).length === 2);
    const [first, second] = await waiting();
    await gate.query('select pg_cancel_backend(pid) from unnest($1::int[]) as pid', [[first, second]]);
    await until('they are tried one by one', async () => (await waiting()).length >= CHAINS - 2);
    await gate.query('commit');
    const done = await Promise.all(steps);
    // The one that was alone is refused: a cancelled statement is not run again.
    expect(done.filter((good) => !good)).toHaveLength(1);
    expect(await states()).toEqual(all({ live: 1, presentedIsLive: true }));
  });
});
