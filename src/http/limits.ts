import { createHash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database, Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import { Statement } from '../db/statement.ts';

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
  readonly points: number;
  readonly seconds: number;
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
  return {
    points: options.points,
    seconds: options.seconds,
    async fail(key) {
      try {
        await limiter.consume(keyOf(key));
        return { wait: 0, isNews: false };
      } catch (result) {
        if (!(result instanceof RateLimiterRes)) throw result;
        return { wait: secondsUntil(result.msBeforeNext), isNews: result.consumedPoints === options.points + 1 };
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

const secondsUntil = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1000));

type Keyed = readonly (readonly [FailureLimit, string])[];

/**
 * fail() for several limits, in their order: what comes after one that makes wait is not counted. On PostgreSQL it is one statement.
 * @returns what decides
 */
export async function failInOrder(
  { kind, db }: Pick<Database, 'kind' | 'db'>,
  keys: Keyed,
  now: Date,
): Promise<Counted> {
  if (kind === 'postgres') return failTogether(db, keys, now.getTime());
  let counted: Counted = { wait: 0, isNews: false };
  for (const [limit, key] of keys) {
    if (counted.wait === 0) counted = await limit.fail(key);
  }
  return counted;
}

/** As the limiter counts one. */
const COUNTED = `on conflict (key) do update set
    points = case when throttles.expire <= $1::bigint then 1 else throttles.points + 1 end,
    expire = case when throttles.expire <= $1::bigint then excluded.expire else throttles.expire end
  returning points, expire`;

async function failTogether(db: Db, keys: Keyed, now: number): Promise<Counted> {
  const values: unknown[] = [now];
  const parameter = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const counts = keys.map(([limit, key], place) => {
    const row = [parameter(limit.rowOf(key), 'text'), '1', parameter(now + limit.seconds * 1000, 'bigint')].join();
    const before = keys[place - 1]?.[0];
    const unless = before ? ` from count${place - 1} where points <= ${parameter(before.points, 'int')}` : '';
    return `count${place} as (insert into throttles (key, points, expire) select ${row}${unless} ${COUNTED})`;
  });
  const found = keys.map((_, place) => `select ${place} as place, points, expire from count${place}`);
  const text = `${PREPARED} with ${counts.join()} ${found.join(' union all ')} order by place desc limit 1`;
  const { rows } = await db.executeQuery<{ place: number; points: number; expire: number }>(
    CompiledQuery.raw(text, values),
  );
  const [last] = rows;
  const limit = last && keys[last.place]?.[0];
  if (!limit || last.points <= limit.points) return { wait: 0, isNews: false };
  return { wait: secondsUntil(last.expire - now), isNews: last.points === limit.points + 1 };
}

/** forgive() and forget() for keys of several limits: on PostgreSQL in one statement, which locks rows in the order in which they are counted. */
export async function takeBack(
  database: Pick<Database, 'kind' | 'db'>,
  keys: Readonly<Record<'forgive' | 'forget', Keyed>>,
): Promise<void> {
  const statement = new Statement();
  await takeBackWithin(statement, database, keys);
  if (database.kind === 'postgres') await statement.run(database.db);
}

/** The same as a part of a larger statement; where one process counts in memory, at once. */
export async function takeBackWithin(
  statement: Statement,
  { kind }: Pick<Database, 'kind'>,
  { forgive, forget }: Readonly<Record<'forgive' | 'forget', Keyed>>,
): Promise<void> {
  if (kind !== 'postgres') {
    await Promise.all([
      ...forgive.map(([limit, key]) => limit.forgive(key)),
      ...forget.map(([limit, key]) => limit.forget(key)),
    ]);
    return;
  }
  const [less, gone] = [forgive, forget].map((keys) =>
    statement.parameter(
      keys.map(([limit, key]) => limit.rowOf(key)),
      'text[]',
    ),
  );
  const forgiven = statement.add(`select key from throttles
    where exists (select from basis) and key = any(${less}) order by array_position(${less}, key) for update`);
  const taken = statement.add(`update throttles set points = throttles.points - 1 from ${forgiven} forgiven
    where throttles.key = forgiven.key returning 1 as one`);
  // After the others, as they are counted.
  statement.add(`delete from throttles
    where exists (select from basis) and key = any(${gone}) and (select count(*) from ${taken}) >= 0`);
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
