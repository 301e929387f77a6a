import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { type HeldRequest, holdRequest } from '../support/held-request.ts';
import { until } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { scrape } from '../support/scrape.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { childOf, isRunning } from '../workers/children.ts';

const program = fileURLToPath(new URL('../support/surprised-server.ts', import.meta.url));
const MASTER_KEYS = `test:${randomBytes(32).toString('base64')}`;
const REJECTIONS = 'latchkey_unhandled_rejections_total';

let storage: TestDatabase;
let app: Awaited<ReturnType<typeof aClient>>;
let port: number;
let server: ServerProcess;

beforeAll(async () => {
  storage = await createTestDatabase();
  const api = await anApi(storage.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(storage.database, { type: 'machine', subscriptions });
});
afterAll(() => storage.drop());
afterEach(() => server.stop('SIGKILL'));

async function start(WORKERS: string): Promise<HeldRequest> {
  port = await freePort();
  const env = { DATABASE_URL: storage.url ?? '', METRICS_PORT: String(port), LOG_LEVEL: 'warn', MASTER_KEYS, WORKERS };
  server = await startProcess(env, program);
  return holdRequest({ port: server.port, host: new URL(server.issuer).host }, app);
}

it.each([
  ['the only process', '1', () => server.pid],
  ['a worker', '2', () => childOf(server.pid)],
  ['the first process of several', '2', () => server.pid],
])('a rejection that nobody handles in %s is logged and counted, and ends nothing', async (_, workers, victim) => {
  const held = await start(workers);
  expect((await scrape(port)).value(REJECTIONS)).toBe(0);
  const pid = victim();
  for (const count of [1, 2]) {
    process.kill(pid, 'SIGUSR2');
    await until('it is counted', async () => (await scrape(port)).value(REJECTIONS) === count);
  }
  await until('both are logged', () => server.output().split('a rejection of the test').length > 2);
  expect(server.output()).toContain('a promise was rejected, and nobody looked after it');
  expect(isRunning(pid)).toBe(true);
  expect(await held.finish()).toMatchObject({ status: 200 });
  expect(await server.stop()).toBe(0);
});

it('an exception that nobody catches is logged, and ends the process with code 1 once it has answered', async () => {
  const held = await start('1');
  process.kill(server.pid, 'SIGWINCH');
  await until('it takes no more', () =>
    fetch(server.issuer).then(
      () => false,
      () => true,
    ),
  );
  expect(await held.finish()).toMatchObject({ status: 200 });
  await until('it has ended', () => !isRunning(server.pid));
  expect(await server.stop()).toBe(1);
  expect(server.output()).toMatch(/"level":60,.*an exception of the test.*something was thrown, and nobody caught it/);
});

it('an exception that nobody catches in a worker ends that worker, which is replaced', async () => {
  await start('2');
  const victim = childOf(server.pid);
  process.kill(victim, 'SIGWINCH');
  await until('it is replaced', () => /"a worker ended, and is replaced"/.test(server.output()) && !isRunning(victim));
  await until('both listen', async () => (await scrape(port)).value('latchkey_workers') === 2);
  expect(server.output()).toMatch(new RegExp(`"worker":${victim},"code":1,`));
  expect(await server.stop()).toBe(0);
});
