import type { Pool } from 'pg';
import type { Outcome } from '../load/orders.ts';
import { memoryOfChildren } from '../measure/processes.ts';

export const WORKERS = 2;

/** One look at everything that must not grow, and at what may. */
export interface Sample {
  /** Since the start. */
  readonly seconds: number;
  readonly requests: number;
  readonly perSecond: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Resident megabytes of each worker. */
  readonly memory: readonly number[];
  /** Of the server to PostgreSQL. */
  readonly connections: number;
  readonly rows: Readonly<Record<(typeof TABLES)[number], number>>;
  /** Signing keys that were made so far. */
  readonly keys: number;
}

export const TABLES = ['artifacts', 'audit_events', 'usage_hours', 'request_log'] as const;

export async function takeSample(pool: Pool, pid: number, seconds: number, outcome: Outcome): Promise<Sample> {
  const { milliseconds } = outcome;
  const at = (share: number) => milliseconds[Math.floor(milliseconds.length * share)] ?? Number.NaN;
  const count = async (query: string) => Number((await pool.query(query)).rows[0]?.count);
  const rows = await Promise.all(TABLES.map(async (table) => [table, await count(`select count(*) from ${table}`)]));
  return {
    seconds,
    requests: milliseconds.length,
    perSecond: milliseconds.length / outcome.seconds,
    errors: outcome.errors,
    firstError: outcome.firstError,
    p50: at(0.5),
    p99: at(0.99),
    memory: memoryOfChildren(pid).map((bytes) => bytes / 2 ** 20),
    connections: await count(CONNECTIONS),
    rows: Object.fromEntries(rows) as Sample['rows'],
    keys: await count('select count(*) from signing_keys'),
  };
}

/** This process looks through connections of the same name, and leaves its own out. */
const CONNECTIONS = `
  select count(*) from pg_stat_activity
  where datname = current_database() and application_name in ('latchkey', 'latchkey-listen')`;
