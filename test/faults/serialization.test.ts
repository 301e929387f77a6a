import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { ask, Chain, counted, type Furniture, furnish, isClearRefusal, refreshRequest } from './rig.ts';

let storage: TestDatabase;
let server: ServerProcess;
let furniture: Furniture;

beforeAll(async () => {
  storage = await createTestDatabase();
  [server] = (await startCluster(storage.url ?? '', 1, { LOG_LEVEL: 'silent', METRICS_PORT: 'free' })) as [
    ServerProcess,
  ];
  furniture = await furnish(storage.database);
});
afterAll(async () => {
  await server.stop();
  await storage.drop();
});

/** Makes the next `times` inserts into a table fail as a conflict of transactions does. A sequence counts: no rollback undoes it. */
async function failInserts(
  table: 'artifacts' | 'revocations',
  times: number,
  when = 'true',
  sqlstate = '40001',
): Promise<() => Promise<number>> {
  const { db } = storage.database;
  await sql.raw('drop sequence if exists injected cascade').execute(db);
  await sql.raw('create sequence injected').execute(db);
  await sql
    .raw(`
    create or replace function inject() returns trigger language plpgsql as $$
    begin
      if nextval('injected') <= ${times} then
        raise exception 'injected' using errcode = '${sqlstate}';
      end if;
      return new;
    end $$`)
    .execute(db);
  await sql
    .raw(`
    create or replace trigger inject before insert on ${table} for each row when (${when}) execute function inject()`)
    .execute(db);
  return async () => {
    await sql.raw(`drop trigger inject on ${table}`).execute(db);
    const { rows } = await sql<{ n: number }>`select last_value::int as n from injected`.execute(db);
    return rows[0]?.n ?? 0;
  };
}

const ofRefreshTokens = "new.model = 'RefreshToken'";

async function eventsOf(chain: Chain, type: string): Promise<number> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from audit_events where type = ${type} and client_id = ${chain.app.clientId}`.execute(
    storage.database.db,
  );
  return rows[0]?.n ?? 0;
}

it.each(['40001', '40P01'])(
  'a refresh that meets four conflicts (%s) succeeds, once, and is counted',
  async (sqlstate) => {
    const retries = `latchkey_transaction_retries_total{sqlstate="${sqlstate}"}`;
    const retriesBefore = await counted([server], retries);
    const chain = await Chain.begin(server, furniture.strict, furniture);
    const before = await eventsOf(chain, 'refresh.rotated');
    const end = await failInserts('artifacts', 4, ofRefreshTokens, sqlstate);
    const used = chain.token;
    expect(await chain.step(server)).toBe(true);
    expect(await end()).toBe(5);
    expect(chain.token).not.toBe(used);
    expect(await counted([server], retries)).toBe(retriesBefore + 4);
    expect(await chain.state(storage.database)).toEqual({ live: 1, presentedIsLive: true });
    expect(await eventsOf(chain, 'refresh.rotated')).toBe(before + 1);
    expect(await chain.step(server)).toBe(true);
  },
);

it('a refresh that meets conflicts without end is a clear 503, and the token stays good', async () => {
  const chain = await Chain.begin(server, furniture.strict, furniture);
  const end = await failInserts('artifacts', 1000, ofRefreshTokens);
  expect(isClearRefusal(await ask(server, refreshRequest(chain.app, chain.token)))).toBe(true);
  await end();
  expect(await chain.step(server)).toBe(true);
  expect(await chain.state(storage.database)).toEqual({ live: 1, presentedIsLive: true });
});

it('a reuse that meets conflicts still revokes the family, and is audited once', async () => {
  const chain = await Chain.begin(server, furniture.strict, furniture);
  const used = chain.token;
  expect(await chain.step(server)).toBe(true);
  const before = await eventsOf(chain, 'grant.revoked');
  const end = await failInserts('revocations', 2);
  const { status, text } = await ask(server, refreshRequest(chain.app, used));
  expect([status, JSON.parse(text).error]).toEqual([400, 'invalid_grant']);
  expect(await end()).toBe(3);
  expect((await ask(server, refreshRequest(chain.app, chain.token))).status).toBe(400);
  expect(await eventsOf(chain, 'grant.revoked')).toBe(before + 1);
});
