import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../../src/db/changes.ts';
import { openPostgres } from '../../src/db/connections/connection.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { revoke } from '../../src/revocation/revoke.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { postTo, type ServerProcess, startProcess } from '../support/server-process.ts';

/** Seconds by which the clocks of the processes are ahead of the database's. */
const CLOCKS = [5, 240, -30];
const WITH_OWN_CLOCK = fileURLToPath(new URL('../support/skewed-server.ts', import.meta.url));

let storage: TestDatabase;
const cluster: ServerProcess[] = [];
let api: Awaited<ReturnType<typeof anApi>>;
let reader: App;

beforeAll(async () => {
  storage = await createTestDatabase();
  const ports = await Promise.all(CLOCKS.map(freePort));
  const shared = {
    ISSUER: `http://localhost:${ports[0]}`,
    DATABASE_URL: storage.url ?? '',
    MASTER_KEYS: `test:${randomBytes(32).toString('base64')}`,
    COOKIE_KEYS: randomBytes(32).toString('base64url'),
    LOG_LEVEL: 'warn',
  };
  for (const [index, ahead] of CLOCKS.entries()) {
    const env = { ...shared, PORT: String(ports[index]), CLOCK_AHEAD: String(ahead) };
    cluster.push(await startProcess(env, WITH_OWN_CLOCK));
  }
  api = await anApi(storage.database);
  reader = await anApp();
  await allowIntrospection(storage.database.db, { apiIdentifier: api.identifier, clientId: reader.clientId }, by());
}, 180_000);
afterAll(async () => {
  await Promise.all(cluster.map((server) => server.stop()));
  await storage?.drop();
});

type App = Awaited<ReturnType<typeof aClient>>;
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const anApp = () =>
  aClient(storage.database, {
    type: 'machine',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });

const FORM = { grant_type: 'client_credentials' };
/** Of each process. */
const tokensOf = (app: App) =>
  Promise.all(
    cluster.map(
      async (server) => (await postTo(server, '/token', { ...FORM, resource: api.identifier }, app)).body.access_token,
    ),
  );

/** What each process says of each token. */
const verdictsOn = (tokens: readonly string[]) =>
  Promise.all(
    tokens.flatMap((token) =>
      cluster.map(async (server) => {
        const { body } = await postTo(server, '/token/introspection', { token }, reader);
        return (body as { active?: boolean }).active;
      }),
    ),
  );
const all = (verdict: boolean) => Array.from({ length: CLOCKS.length ** 2 }, () => verdict);

/** Until every process gives out tokens that bear these epochs. */
const heard = (app: App, epochs: { client?: number; api?: number }) =>
  until('every process has heard', async () => {
    const ep = (await tokensOf(app)).map((token) => decodeJwt(token ?? '.e30.').ep as number[]);
    return ep.every((one) => (one?.[1] ?? 0) === (epochs.client ?? 0) && (one?.[5] ?? 0) === (epochs.api ?? 0));
  });

describe(`processes whose clocks are ahead by ${CLOCKS.join(', ')} seconds`, () => {
  it('have other clocks, of which the tokens tell', async () => {
    const [ahead, farAhead, behind] = (await tokensOf(await anApp())).map((token) => Number(decodeJwt(token).iat));
    expect(Number(farAhead) - Number(ahead)).toBeGreaterThan(200);
    expect(Number(ahead) - Number(behind)).toBeGreaterThan(20);
  });

  it('each refuse a token that any other has revoked, and no other token', async () => {
    const app = await anApp();
    for (const [index, server] of cluster.entries()) {
      const [revoked, kept] = [await tokensOf(app), await tokensOf(app)];
      await Promise.all(revoked.map((token) => postTo(server, '/token/revocation', { token }, app)));
      expect([index, await verdictsOn(revoked)]).toEqual([index, all(false)]);
      expect([index, await verdictsOn(kept)]).toEqual([index, all(true)]);
    }
  });

  it('refuse all from before an app was stopped, and none from after it was started', async () => {
    const app = await anApp();
    const before = await tokensOf(app);
    expect(await verdictsOn(before)).toEqual(all(true));
    await disableClient(storage.database.db, { clientId: app.clientId, reason: 'test' }, by());
    expect(await verdictsOn(before)).toEqual(all(false));
    await enableClient(storage.database.db, app.clientId, by());
    await heard(app, { client: 1 });
    expect(await verdictsOn(await tokensOf(app))).toEqual(all(true));
    expect(await verdictsOn(before)).toEqual(all(false));
  });

  it('refuse what was issued while a stop waited to be committed', async () => {
    const app = await anApp();
    const meanwhile = await inTransaction(storage.database.db, async (trx) => {
      await disableClient(trx, { clientId: app.clientId, reason: 'test' }, by());
      return tokensOf(app);
    });
    expect(await verdictsOn(meanwhile)).toEqual(all(false));
    await enableClient(storage.database.db, app.clientId, by());
    expect(await verdictsOn(meanwhile)).toEqual(all(false));
  });

  it('refuse what was issued between two endings that were committed in the other order', async () => {
    const app = await anApp();
    const other = openPostgres(storage.url ?? '', 2, () => {});
    const between: string[] = [];
    try {
      await inTransaction(storage.database.db, async (trx) => {
        // The first to raise is the last to commit.
        await revoke(trx, { kind: 'api', value: api.identifier, reason: 'test' });
        await disableClient(other.db, { clientId: app.clientId, reason: 'test' }, by());
        await enableClient(other.db, app.clientId, by());
        await heard(app, { client: 1 });
        between.push(...(await tokensOf(app)));
        expect(await verdictsOn(between)).toEqual(all(true));
      });
    } finally {
      await other.close();
    }
    expect(await verdictsOn(between)).toEqual(all(false));
    await announceVersioned(storage.database.db, CLIENT_CACHE_TOPIC, new Date());
    await heard(app, { client: 1, api: 1 });
    expect(await verdictsOn(await tokensOf(app))).toEqual(all(true));
  });
});
