import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/** What has ended: a name and the lowest epoch of it that is alive, or DEAD. */
export interface Entry {
  readonly name: string;
  readonly epoch: number;
  /** Unix seconds by the database's clock: all tokens that it is about have expired by then. */
  readonly forgetAt: number;
}

/** What the database knew at a moment. */
export interface Moment {
  /** The transactions that are seen, as PostgreSQL writes it. */
  readonly snapshot: string;
  readonly highest: number;
  /** Unix seconds by the database's clock. */
  readonly now: number;
  readonly inc: number;
  readonly since: number;
}

/** Before the entries are read: what they say may be newer, and then it is read once more. */
export async function readMoment(db: Db): Promise<Moment> {
  const { rows } = await sql<Moment>`
    select s::text as snapshot, pg_snapshot_xmax(s)::text::float8 as highest,
      extract(epoch from clock_timestamp())::float8 as now,
      (value ->> 'number')::float8 as inc,
      floor(coalesce((value ->> 'since')::float8, extract(epoch from updated_at)))::float8 as since
    from pg_current_snapshot() as s, settings where key = 'incarnation'`.execute(db);
  const [moment] = rows;
  if (!moment) throw new Error('the database has no incarnation');
  return moment;
}

/** As feedName() makes it, by PostgreSQL: a process that starts would be busy for long with 170,000 of them. */
const NAME = sql.raw(
  `translate(encode(substring(sha256(convert_to(kind || ':' || value, 'UTF8')) from 1 for 16), 'base64'), '+/=', '-_')`,
);

/** Everything that was not forgotten `keptSeconds` ago. */
export function readAllEntries(db: Db, keptSeconds: number): Promise<Entry[]> {
  return readEntries(db, sql`forget_at > clock_timestamp() - make_interval(secs => ${keptSeconds})`);
}

/**
 * What a snapshot did not see. Sequences and times would not do: a transaction that drew the lower number may commit after a
 * process has heard the higher one.
 */
export function readChanges(db: Db, { snapshot }: Moment): Promise<Entry[]> {
  return readEntries(
    db,
    sql`changed_in >= pg_snapshot_xmin(${snapshot}::text::pg_snapshot)
      and not pg_visible_in_snapshot(changed_in, ${snapshot}::text::pg_snapshot) and forget_at is not null`,
  );
}

async function readEntries(db: Db, condition: ReturnType<typeof sql>): Promise<Entry[]> {
  const { rows } = await sql<Entry>`
    select ${NAME} as name, epoch, extract(epoch from forget_at)::float8 as "forgetAt" from epochs where ${condition}
    union all
    select ${NAME}, -1, extract(epoch from forget_at)::float8 from revocations
    where kind in ('token', 'grant', 'key') and ${condition}`.execute(db);
  return rows;
}
