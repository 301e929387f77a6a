import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { asksForToken, startLoad, until } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { scrape } from '../support/scrape.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { childOf, childrenOf } from '../workers/children.ts';

const ISSUED = 'latchkey_tokens_issued_total{grant_type="client_credentials"}';

let storage: TestDatabase;
let app: { clientId: string; clientSecret: string };
let port: number;
let server: ServerProcess;

beforeAll(async () => {
  storage = await createTestDatabase();
  const api = await anApi(storage.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(storage.database, { type: 'machine', subscriptions });
  port = await freePort();
  [server] = (await startCluster(storage.url ?? '', 1, {
    WORKERS: '2',
    METRICS_PORT: String(port),
    LOG_LEVEL: 'silent',
  })) as [ServerProcess];
});
afterAll(async () => {
  await server.stop();
  await storage.drop();
});

let sent = 0;
async function requests(count: number): Promise<void> {
  const load = startLoad(4, { port: server.port, host: new URL(server.issuer).host }, () => asksForToken(app));
  await until('enough answers', () => load.good() >= count);
  await load.stop();
  expect(load.failures).toEqual([]);
  sent += load.good();
}
afterEach(async () => expect((await scrape(port)).value('latchkey_workers')).toBe(2));

it('the first process serves what all workers have counted', async () => {
  await requests(200);
  const { value } = await scrape(port);
  expect(value(ISSUED)).toBe(sent);
  expect(value('latchkey_http_request_duration_seconds_count{route="token"}')).toBe(sent);
  // What is the same in all of them is not added up.
  expect(value('latchkey_signing_keys{alg="ES256",stage="active"}')).toBe(1);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(100e6);
});

it('answers many collectors at once alike', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => scrape(port)));
  expect(all.map(({ value }) => value(ISSUED))).toEqual(Array(10).fill(sent));
});

it('forgets nothing that was seen when a worker ends', async () => {
  process.kill(childOf(server.pid), 'SIGKILL');
  await until('it is missed', async () => (await scrape(port)).value('latchkey_workers') === 1);
  expect((await scrape(port)).value(ISSUED)).toBe(sent);
  await until('it is replaced', async () => (await scrape(port)).value('latchkey_workers') === 2);
  await requests(50);
  expect((await scrape(port)).value(ISSUED)).toBe(sent);
});

it('never counts backwards while all workers are replaced', async () => {
  const before = childrenOf(server.pid);
  process.kill(server.pid, 'SIGHUP');
  const seen: number[] = [];
  // Many at once, so that some worker is asked at the very moment in which it ends.
  await until('the old ones are gone', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => scrape(port)));
    seen.push(...all.map(({ value }) => value(ISSUED)));
    return !childrenOf(server.pid).some((pid) => before.includes(pid));
  });
  expect(new Set(seen)).toEqual(new Set([sent]));
});

it('tells of the others when one worker stands still', async () => {
  const still = childOf(server.pid);
  process.kill(still, 'SIGSTOP');
  try {
    expect((await scrape(port)).value(ISSUED)).toBe(sent);
  } finally {
    process.kill(still, 'SIGCONT');
  }
});
