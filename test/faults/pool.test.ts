import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aDpopKey, proofOf } from '../support/dpop.ts';
import { asksForToken, until } from '../support/load.ts';
import { here } from '../support/patience.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { basic } from '../support/tokens.ts';
import { ask, Chain, counted, type Furniture, furnish, isClearRefusal } from './rig.ts';

let storage: TestDatabase;
let servers: [ServerProcess, ServerProcess];
let furniture: Furniture;

beforeAll(async () => {
  storage = await createTestDatabase();
  servers = (await startCluster(storage.url ?? '', 2, {
    LOG_LEVEL: 'silent',
    DATABASE_POOL: '2',
    METRICS_PORT: 'free',
  })) as [ServerProcess, ServerProcess];
  furniture = await furnish(storage.database);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await storage.drop();
});

const server = (index: number) => servers[index % 2] as ServerProcess;

/** One after the other: ten sign-ins of one person at the same time look like guesses at a password. */
async function begin(count: number, app: Furniture['strict']): Promise<Chain[]> {
  const chains: Chain[] = [];
  while (chains.length < count) chains.push(await Chain.begin(server(0), app, furniture));
  return chains;
}

it('DATABASE_POOL=2: 200 requests at once wait for one another, and all are answered', async () => {
  const { machine, retrying } = furniture;
  const chain = await Chain.begin(server(0), furniture.strict, furniture);
  const chains = await begin(6, retrying);
  const introspect = {
    path: '/token/introspection',
    form: { token: chain.token },
    headers: { authorization: basic(chain.app) },
  };
  const wrongSecret = {
    path: '/token',
    form: { grant_type: 'client_credentials' },
    headers: { authorization: basic({ ...machine, clientSecret: 'x' }) },
  };
  const simple = await Promise.all(
    Array.from({ length: 180 }, (_, i) =>
      ask(server(i), [asksForToken(machine), introspect, wrongSecret][i % 3] as typeof introspect).then(
        ({ status }) => status,
      ),
    ).concat(chains.map((one, i) => one.step(server(i)).then((good) => (good ? 200 : 0)))),
  );
  // The 20 of the limit on wrong secrets may be over.
  expect(simple.filter((status) => ![200, 401, 429].includes(status))).toEqual([]);
  expect(simple.filter((status) => status === 200)).toHaveLength(126);
});

it('DATABASE_POOL=2: an exchange takes all that it needs through its one connection', async () => {
  const chains = await begin(12, furniture.strict);
  const key = await aDpopKey();
  const url = `${servers[0].issuer}/token`;
  const steps = await Promise.all(
    chains.map(async (chain) =>
      chain.step(server(0), {
        headers: { authorization: basic(chain.app), dpop: await proofOf(key, { method: 'POST', url }) },
      }),
    ),
  );
  expect(chains.flatMap((chain) => chain.tally.wrong)).toEqual([]);
  expect(steps).toEqual(chains.map(() => true));
});

it('DATABASE_POOL=2: while its connections stand still, requests that wait for one are refused, and all recover by themselves', async () => {
  const chain = await Chain.begin(server(0), furniture.strict, furniture);
  const introspect = {
    path: '/token/introspection',
    form: { token: chain.token },
    headers: { authorization: basic(chain.app) },
  };
  // Each of these wants a connection of its own; introspections share one.
  const push = {
    path: '/request',
    form: Object.fromEntries(new URL(authorizationUrl(server(0), furniture.strict)).searchParams),
    headers: { authorization: basic(furniture.strict) },
  };
  const answers = await storage.database.db.transaction().execute(async (trx) => {
    await sql`lock table artifacts in access exclusive mode`.execute(trx);
    const asked = Array.from({ length: 40 }, (_, i) => ask(server(0), i < 20 ? push : introspect));
    await until('they wait', async () => (await counted(servers, 'latchkey_pool_waiting')) >= 18);
    // What needs no database is not held up by them.
    expect((await ask(server(0), asksForToken(furniture.machine))).status).toBe(200);
    return Promise.all(asked);
  });
  expect(answers.filter((answer) => !isClearRefusal(answer))).toEqual([]);
  await until('it goes on', () => chain.step(server(0)), here(5));
  await until('nobody waits', async () => (await counted(servers, 'latchkey_pool_waiting')) === 0, here(5));
  expect(chain.tally.wrong).toEqual([]);
});
