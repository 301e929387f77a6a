import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/load.ts';
import { here } from '../support/patience.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { basic } from '../support/tokens.ts';
import {
  ask,
  Chain,
  counted,
  type Furniture,
  furnish,
  isClearRefusal,
  startTraffic,
  type Traffic,
  wrongsOf,
} from './rig.ts';

let storage: TestDatabase;
let proxy: TcpProxy;
let servers: [ServerProcess, ServerProcess];
let furniture: Furniture;
let traffic: Traffic | undefined;

beforeAll(async () => {
  storage = await createTestDatabase();
  const url = new URL(storage.url ?? '');
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  servers = (await startCluster(url.href, 2, { LOG_LEVEL: 'silent', METRICS_PORT: 'free' })) as [
    ServerProcess,
    ServerProcess,
  ];
  furniture = await furnish(storage.database);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await proxy.close();
  await storage.drop();
});
afterEach(async () => {
  proxy.delay(0);
  proxy.swallow(false);
  await traffic?.stop();
  traffic = undefined;
});

const countersOf = ({ tally, chains }: Traffic) => [tally, ...chains.map((chain) => chain.tally)];
const runs = (one: Traffic) => until('the load runs', () => countersOf(one).every((tally) => tally.good > 5));

it('survives that all connections to PostgreSQL are cut, again and again', async () => {
  traffic = await startTraffic(servers, furniture);
  await runs(traffic);
  for (let round = 0; round < 20; round += 1) {
    const goal = countersOf(traffic).map((tally) => tally.good + 1);
    proxy.cut();
    const counters = countersOf(traffic);
    await until('all go on', () => counters.every((tally, index) => tally.good >= (goal[index] ?? 0)), here(5));
  }
  await traffic.stop();
  expect(wrongsOf(traffic)).toEqual([]);
  const refused = countersOf(traffic).reduce((sum, tally) => sum + tally.refused, 0);
  expect(refused).toBeGreaterThan(0);
  expect(await counted(servers, 'latchkey_unavailable_answers_total')).toBe(refused);
  expect(await counted(servers, 'latchkey_statement_failures_total{class="lost"}')).toBeGreaterThan(0);
  expect(countersOf(traffic).reduce((sum, tally) => sum + tally.lost, 0)).toBe(0);
  for (const chain of traffic.chains) {
    expect(await chain.step(servers[0])).toBe(true);
    expect(await chain.state(storage.database)).toEqual({ live: 1, presentedIsLive: true });
  }
});

it('only gets slower when every answer of PostgreSQL is late', async () => {
  const chain = await Chain.begin(servers[0], furniture.strict, furniture);
  proxy.delay(100);
  const started = Date.now();
  for (let turn = 0; turn < 3; turn += 1) expect(await chain.step(servers[turn % 2] as ServerProcess)).toBe(true);
  expect(Date.now() - started).toBeGreaterThan(600);
  expect(chain.tally.wrong).toEqual([]);
});

it('gives up on a network that swallows everything, holds nothing up for longer than that, and goes on by itself', async () => {
  const chain = await Chain.begin(servers[0], furniture.retrying, furniture);
  const introspect = () =>
    ask(servers[0], {
      path: '/token/introspection',
      form: { token: chain.token },
      headers: { authorization: basic(chain.app) },
    });
  proxy.swallow(true);
  const started = Date.now();
  // Many more than there are connections: who waits for one is refused too.
  const answers = await Promise.all(Array.from({ length: 40 }, introspect));
  expect(Date.now() - started).toBeLessThan(here(15_000));
  expect(answers.filter((answer) => !isClearRefusal(answer))).toEqual([]);
  proxy.swallow(false);
  await until('it goes on', async () => (await introspect()).status === 200, here(5));
  expect(await chain.step(servers[0])).toBe(true);
});

it('ends within half a minute when it is told to, though nothing answers', async () => {
  const own = await createTestDatabase();
  const url = new URL(own.url ?? '');
  url.port = String(proxy.port);
  const [server] = (await startCluster(url.href, 1, { LOG_LEVEL: 'silent' })) as [ServerProcess];
  try {
    const things = await furnish(own.database);
    const { token, app } = await Chain.begin(server, things.retrying, things);
    proxy.swallow(true);
    // What is to be written about this waits for the database, and so does who asks meanwhile.
    const asked = { path: '/token/introspection', form: { token }, headers: { authorization: basic(app) } };
    const answers = Promise.allSettled(Array.from({ length: 40 }, () => ask(server, asked)));
    const started = Date.now();
    expect([0, 1]).toContain(await server.stop());
    expect(Date.now() - started).toBeLessThan(here(30_000));
    await answers;
  } finally {
    await server.stop('SIGKILL');
    await own.drop();
  }
});

it('ends a statement that waits for too long, keeps the connection, and counts it', async () => {
  const canceled = await counted(servers, 'latchkey_statement_failures_total{class="57"}');
  const { sql } = await import('kysely');
  const chain = await Chain.begin(servers[0], furniture.strict, furniture);
  const answer = await storage.database.db.transaction().execute(async (trx) => {
    await sql`lock table artifacts in access exclusive mode`.execute(trx);
    return ask(servers[0], {
      path: '/token/introspection',
      form: { token: chain.token },
      headers: { authorization: basic(chain.app) },
    });
  });
  expect(isClearRefusal(answer)).toBe(true);
  const waiting = await sql<{ count: number }>`select count(*)::int as count from pg_locks where not granted`.execute(
    storage.database.db,
  );
  expect(waiting.rows[0]?.count).toBe(0);
  expect(await counted(servers, 'latchkey_statement_failures_total{class="57"}')).toBeGreaterThan(canceled);
  expect(await chain.step(servers[0])).toBe(true);
});
