import { randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import { announce, announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { REVOCATIONS_TOPIC } from './revoke.ts';

const KEY = 'incarnation';

/**
 * As part of a statement: the number that names the life of this database. Tokens bear it, and the feed names it. A database
 * that was restored gets another, because its epochs may be lower than those of tokens that are out.
 */
export const INCARNATION = `(select (value ->> 'number')::float8 from settings where key = '${KEY}')`;

/** The life of a database, and by what it is known again. */
interface Incarnation {
  readonly number: number;
  /** Unix seconds by the database's clock: when it began. Verifiers go from an earlier one to a later one. */
  readonly since?: number;
  readonly identity?: string;
}

interface By {
  readonly actor: Actor;
  readonly now: Date;
}

/**
 * What changes when a database is restored: the cluster, after a restore elsewhere; its timeline, after a failover and after a
 * recovery to a point in time; the table, when it is made anew from a dump.
 * @returns undefined where the server may not ask for it
 */
export async function readIdentity(db: Db): Promise<string | undefined> {
  try {
    const { rows } = await sql<{ identity: string }>`
      select concat_ws(' ', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), 'epochs'::regclass::oid)
        as identity
      from pg_control_system()`.execute(db);
    return rows[0]?.identity;
  } catch {
    return undefined;
  }
}

/** Begins a new life when the database is another one than it was. Done at each start and from time to time. */
export async function followIncarnation(db: Kysely<Tables>, now: Date): Promise<void> {
  const identity = await readIdentity(db);
  const known = await findIncarnation(db);
  if (identity === undefined || identity === known.identity) return;
  const by = { actor: { type: 'system' }, now } as const;
  await inTransaction(db, async (trx) => {
    const { identity: before, ...rest } = await lockIncarnation(trx);
    if (before === undefined) await saveIncarnation(trx, { ...rest, identity }, now);
    // Another process may have been faster.
    else if (before !== identity) await begin(trx, identity, 'it is another database than before', by);
  });
}

/** The same where nobody can notice it. */
export async function declareRestored(db: Kysely<Tables>, { reason }: { reason: string }, by: By): Promise<void> {
  const identity = await readIdentity(db);
  await inTransaction(db, (trx) => begin(trx, identity, reason, by));
}

async function begin(trx: Db, identity: string | undefined, reason: string, by: By): Promise<void> {
  const before = await lockIncarnation(trx);
  let { number } = before;
  while (number === before.number) number = randomInt(2 ** 32);
  const since = Math.max(await readTime(trx), before.since + 1);
  await saveIncarnation(trx, { number, since, ...(identity !== undefined && { identity }) }, by.now);
  // Apps are remembered with the number, and what is remembered of them may be from a time that the database has lost.
  await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
  await announce(trx, REVOCATIONS_TOPIC);
  await record(trx, by.actor, { type: 'database.restored', reason }, by.now);
}

async function findIncarnation(db: Db): Promise<Incarnation> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirstOrThrow();
  return row.value as Incarnation;
}

/** The first one began when it was written. */
async function lockIncarnation(trx: Db): Promise<Incarnation & { readonly since: number }> {
  const query = trx.selectFrom('settings').select(['value', 'updated_at']).where('key', '=', KEY).forUpdate();
  const { value, updated_at: written } = await query.executeTakeFirstOrThrow();
  return { since: Math.floor(written.getTime() / 1000), ...(value as Incarnation) };
}

async function readTime(db: Db): Promise<number> {
  const { rows } = await sql<{
    now: number;
  }>`select floor(extract(epoch from clock_timestamp()))::float8 as now`.execute(db);
  return rows[0]?.now ?? 0;
}

async function saveIncarnation(trx: Db, incarnation: Incarnation, now: Date): Promise<void> {
  const value = JSON.stringify(incarnation);
  await trx.updateTable('settings').set({ value, updated_at: now }).where('key', '=', KEY).execute();
}
