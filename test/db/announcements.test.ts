import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { CHANNEL } from '../../src/db/announcements.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { revoke } from '../../src/revocation/revoke.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/load.ts';
import { afterStatement, statementsDuring } from '../support/statements.ts';

const MANY = 30;
const ALL_BUT_TIMEOUTS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const one = (value: string) => ({ kind: 'token', value, reason: 'test' }) as const;
const names = (prefix: string) => Array.from({ length: MANY }, (_, index) => `${prefix}-${index}`);

const countOf = async (prefix: string) => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from revocations where value like ${`${prefix}-%`}`.execute(test.database.db);
  return rows[0]?.count;
};

/** A process that listens. */
async function listen({ url }: TestDatabase) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`listen ${CHANNEL}`);
  return { next: () => once(client, 'notification'), close: () => client.end() };
}

describe('word of a revocation', () => {
  it('goes out after its commit, once for many', async () => {
    const { db } = test.database;
    const statements = await statementsDuring(() => Promise.all(names('many').map((value) => revoke(db, one(value)))));
    const writes = statements.filter((text) => text.includes('insert into revocations'));
    expect(writes).toHaveLength(MANY);
    expect(writes.filter((text) => text.includes('pg_notify'))).toEqual([]);
    const told = statements.filter((text) => text.includes('pg_notify')).length;
    expect(told).toBeGreaterThanOrEqual(1);
    expect(told).toBeLessThan(MANY / 2);
  });

  it('goes out again for what comes in the next 20 ms', async () => {
    const fresh = await createTestDatabase();
    const other = await listen(fresh);
    jest.useFakeTimers({ now: Date.now(), doNotFake: [...ALL_BUT_TIMEOUTS] });
    try {
      const first = other.next();
      await revoke(fresh.database.db, one('first'));
      await first;
      const next = other.next();
      for (const value of ['second', 'third']) await revoke(fresh.database.db, one(value));
      jest.advanceTimersByTime(20);
      await next;
    } finally {
      jest.useRealTimers();
      await other.close();
      await fresh.drop();
    }
  }, 20_000);

  it('goes out with the commit of a larger transaction', async () => {
    const statements = await statementsDuring(() =>
      inTransaction(test.database.db, (trx) => revoke(trx, one('within'))),
    );
    const telling = statements.filter((text) => text.includes('pg_notify'));
    expect(telling).toHaveLength(1);
    expect(telling[0]).toContain('insert into revocations');
  });

  it('that cannot be sent does not undo it', async () => {
    let tried = false;
    const refuse = async () => {
      tried = true;
      throw new Error('the connection is gone');
    };
    afterStatement('as told (topic)', refuse);
    await until('one goes out at once', async () => {
      await revoke(test.database.db, one('untold-0'));
      return tried;
    });
    expect(await countOf('untold')).toBe(1);
  });
});
