import { createHash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database, Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';

/** What follows from a failure that was counted. */
export interface Counted {
  /** Seconds until the key may try again; 0 when it may now. */
  readonly wait: number;
  /** Whether it is the first one over the limit in its window: only that one is reported. */
  readonly isNews: boolean;
}

/** Counts failures by key. Only failures cost anything; a success is never held up by someone else's failures. */
export interface FailureLimit {
  fail(key: string): Promise<Counted>;
  /** Takes back a failure that was counted ahead and did not happen. */
  forgive(key: string): Promise<void>;
  /** Takes back all that was counted: only failures in a row count. */
  forget(key: string): Promise<void>;
  /** The key of its row, where all processes count together. */
  rowOf(key: string): string;
}

/**
 * `points` failures in `seconds`. On PostgreSQL all processes count together; the embedded database has one process,
 * which counts in memory. Keys are hashed, because they hold addresses.
 */
export function createFailureLimit(
  { kind, db }: Pick<Database, 'kind' | 'db'>,
  options: { name: string; points: number; seconds: number },
): FailureLimit {
  const settings = { keyPrefix: options.name, points: options.points, duration: options.seconds };
  const limiter =
    kind === 'postgres'
      ? new RateLimiterPostgres({
          ...settings,
          storeClient: withoutNames(db),
          storeType: 'pool',
          tableName: 'throttles',
          tableCreated: true,
          clearExpiredByTimeout: false,
        })
      : new RateLimiterMemory(settings);
  const keyOf = (key: string) => createHash('sha256').update(key).digest('base64url').slice(0, 22);
  const secondsLeft = (result: RateLimiterRes) => Math.max(1, Math.ceil(result.msBeforeNext / 1000));
  return {
    async fail(key) {
      try {
        await limiter.consume(keyOf(key));
        return { wait: 0, isNews: false };
      } catch (result) {
        if (!(result instanceof RateLimiterRes)) throw result;
        return { wait: secondsLeft(result), isNews: result.consumedPoints === options.points + 1 };
      }
    },
    async forgive(key) {
      await limiter.reward(keyOf(key), 1);
    },
    async forget(key) {
      await limiter.delete(keyOf(key));
    },
    rowOf: (key) => limiter.getKey(keyOf(key)),
  };
}

const TAKE_BACK = `${PREPARED}
  with forgiven as (
    select key from throttles where key = any($1::text[]) order by key for update),
  less as (update throttles set points = throttles.points - 1 from forgiven where throttles.key = forgiven.key)
  delete from throttles where key = any($2::text[])`;

/** forgive() and forget() for keys of several limits: on PostgreSQL in one statement, which locks rows in one order. */
export async function takeBack(
  { kind, db }: Pick<Database, 'kind' | 'db'>,
  { forgive, forget }: Readonly<Record<'forgive' | 'forget', readonly (readonly [FailureLimit, string])[]>>,
): Promise<void> {
  if (kind !== 'postgres') {
    await Promise.all([
      ...forgive.map(([limit, key]) => limit.forgive(key)),
      ...forget.map(([limit, key]) => limit.forget(key)),
    ]);
    return;
  }
  const [less, gone] = [forgive, forget].map((keys) => keys.map(([limit, key]) => limit.rowOf(key)));
  await db.executeQuery(CompiledQuery.raw(TAKE_BACK, [less, gone]));
}

/** A caller that runs into several limits in one window is reported once. */
export function tellOnce(
  database: Pick<Database, 'kind' | 'db'>,
  { name, seconds }: { name: string; seconds: number },
) {
  const told = createFailureLimit(database, { name, points: 1, seconds });
  return async (counted: Counted, caller: string): Promise<Counted> =>
    counted.isNews ? { ...counted, isNews: (await told.fail(caller)).wait === 0 } : counted;
}

/** The limiter would name its statements, and PgBouncer in transaction mode knows none by name before its version 1.21: ours are named where that goes. */
const withoutNames = (db: Db) => ({
  async query({ text, values }: { text: string; values: unknown[] }) {
    const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(`${PREPARED} ${text}`, values));
    return { rows, rowCount: Number(numAffectedRows ?? rows.length) };
  },
});

export async function deleteExpiredThrottles(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('throttles').select('key').where('expire', '<', now.getTime()).limit(batch);
  const result = await db.deleteFrom('throttles').where('key', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
