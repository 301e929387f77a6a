import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { type Database, openPostgres } from '../../src/db/connections/connection.ts';
import { type Deadline, DeadlineExceeded, within } from '../../src/db/connections/deadlines.ts';
import type { Tables } from '../../src/db/tables/tables.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/load.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let storage: TestDatabase;
let proxy: TcpProxy;
/** Two connections, through a network that can fail. */
let database: Database;
beforeAll(async () => {
  storage = await createTestDatabase();
  const url = new URL(storage.url ?? '');
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  database = openPostgres(url.href, 2, () => {});
});
afterAll(async () => {
  await database.close();
  await proxy.close();
  await storage.drop();
});

/** One that is over after so many milliseconds, or when the spec says so. */
function aDeadline(milliseconds: number): Deadline & { commits: number } {
  const end = performance.now() + milliseconds;
  return {
    commits: 0,
    remaining: () => end - performance.now(),
    committed() {
      this.commits += 1;
    },
  };
}

const setting = (key: string) => ({ key, value: '1', updated_at: new Date() });
const insert = (db: Kysely<Tables>, key: string) => db.insertInto('settings').values(setting(key)).execute();
const isThere = async (key: string) =>
  (await storage.database.db.selectFrom('settings').select('key').where('key', '=', key).execute()).length === 1;
const sleeping = async () => {
  const { rows } = await sql<{ count: number }>`select count(*) from pg_stat_activity
    where state = 'active' and query like '%pg_sleep(%' and pid <> pg_backend_pid()`.execute(storage.database.db);
  return rows[0]?.count;
};

describe('a deadline', () => {
  it('that is over leaves no unhandled rejection, whatever becomes of the statement', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', hear);
    const failing = Promise.withResolvers<void>();
    await expect(within(aDeadline(-1), failing.promise, () => {})).rejects.toThrow(DeadlineExceeded);
    failing.reject(new Error('too late to matter'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  });

  it('ends the statement that runs, in the database too, and the connection is not used again', async () => {
    const slow = database.deadlines.run(aDeadline(100), () => sql`select pg_sleep(60)`.execute(database.db));
    await expect(slow).rejects.toThrow(DeadlineExceeded);
    await until('nothing runs', async () => (await sleeping()) === 0);
    expect(database.pool?.totalCount).toBe(0);
    expect((await sql`select 1 as one`.execute(database.db)).rows).toEqual([{ one: 1 }]);
  });

  it('sends nothing when it is over', async () => {
    await expect(database.deadlines.run(aDeadline(0), () => insert(database.db, 'too-late'))).rejects.toThrow(
      DeadlineExceeded,
    );
    expect(await isThere('too-late')).toBe(false);
  });

  it('rolls back the transaction during which it ends', async () => {
    const work = () =>
      inTransaction(database.db, async (trx) => {
        await insert(trx, 'taken-back');
        await sql`select pg_sleep(60)`.execute(trx);
      });
    await expect(database.deadlines.run(aDeadline(200), work)).rejects.toThrow(DeadlineExceeded);
    expect(await isThere('taken-back')).toBe(false);
    // Its locks are gone with it.
    await insert(database.db, 'taken-back');
  });

  it('lets a transaction commit that has nothing more to ask, and says so', async () => {
    const deadline = aDeadline(Number.MAX_SAFE_INTEGER);
    let over = false;
    const until: Deadline = { remaining: () => (over ? -1 : 1000), committed: () => deadline.committed() };
    await database.deadlines.run(until, () =>
      inTransaction(database.db, async (trx) => {
        await insert(trx, 'committed');
        over = true;
      }),
    );
    expect([await isThere('committed'), deadline.commits]).toEqual([true, 1]);
  });

  it('waits for the outcome of what commits by itself: refused means not done', async () => {
    await inTransaction(storage.database.db, async (other) => {
      await sql`lock table settings in share mode`.execute(other);
      const writing = database.deadlines.run(aDeadline(100), () => insert(database.db, 'waited-for'));
      await expect(writing).rejects.toThrow(DeadlineExceeded);
    });
    expect(await isThere('waited-for')).toBe(false);
  });

  it('counts the wait for a connection, and gives it back when it comes too late', async () => {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const hogs = [1, 2].map(() => inTransaction(database.db, () => done));
    await until('all are taken', () => database.pool?.totalCount === 2 && database.pool.idleCount === 0);
    const waiting = database.deadlines.run(aDeadline(100), () => sql`select 1`.execute(database.db));
    await expect(waiting).rejects.toThrow(DeadlineExceeded);
    resolve();
    await Promise.all(hogs);
    await until('both are back', () => database.pool?.waitingCount === 0 && database.pool.idleCount === 2);
  });

  it('holds where the network swallows everything, for what cannot be committed', async () => {
    await sql`select 1`.execute(database.db);
    proxy.swallow(true);
    const lost = database.deadlines.run(aDeadline(100), () => sql`select 2`.execute(database.db));
    await expect(lost).rejects.toThrow(DeadlineExceeded);
    proxy.swallow(false);
    proxy.cut();
    await until('it goes on', () =>
      sql`select 3`.execute(database.db).then(
        () => true,
        () => false,
      ),
    );
  });

  it('does not apply to what goes on after the request', async () => {
    let lifted = false;
    const deadline: Deadline = { remaining: () => (lifted ? Number.POSITIVE_INFINITY : -1), committed: () => {} };
    const later = database.deadlines.run(deadline, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return sql<{ one: number }>`select 1 as one`.execute(database.db);
    });
    lifted = true;
    expect((await later).rows).toEqual([{ one: 1 }]);
  });
});
