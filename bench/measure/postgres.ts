import pg from 'pg';
import { startPostgres } from '../../test/support/postgres.ts';
import { parentOf } from './processes.ts';

export interface MeasuredPostgres {
  readonly url: string;
  readonly version: string;
  /** The postmaster, of which everything else is a child. */
  readonly pid: number;
  createDatabase(name: string): Promise<string>;
  /** Statements so far in a database, by text; undefined where pg_stat_statements is not installed. */
  statements(database: string): Promise<ReadonlyMap<string, number> | undefined>;
  /** What they have done so far; undefined as above. */
  work(database: string): Promise<ReadonlyMap<string, StatementWork> | undefined>;
  /** How many transactions have written something so far, in all databases: each of them takes a number. */
  commits(): Promise<number>;
  stop(): Promise<void>;
}

export interface StatementWork {
  readonly calls: number;
  /** That were sent back, or changed. */
  readonly rows: number;
  /** Of 8 kB, that were looked at. */
  readonly pages: number;
}

/** A PostgreSQL of our own with its defaults, fsync included. Statements are counted if its contrib modules are there. */
export async function startMeasuredPostgres(): Promise<MeasuredPostgres> {
  // The bench needs the processes on this machine, and nothing else running in them.
  delete process.env.TEST_DATABASE_URL;
  const server = await startCounting().catch(() => startPostgres({}));
  // One connection, whose queries wait for each other.
  const admin = new pg.Pool({ connectionString: `${server.url}/postgres`, max: 1 });
  admin.on('error', () => {});
  const one = async (query: string) => Object.values((await admin.query(query)).rows[0] ?? {})[0];
  const backend = Number(await one('select pg_backend_pid()'));
  const counting = String(await one('show shared_preload_libraries')).includes('pg_stat_statements');
  if (counting) await admin.query('create extension pg_stat_statements');
  return {
    url: server.url,
    version: String(await one('show server_version')),
    pid: parentOf(backend) ?? 0,
    async createDatabase(name) {
      await admin.query(`create database ${name}`);
      return `${server.url}/${name}`;
    },
    async statements(database) {
      if (!counting) return undefined;
      const { rows } = await admin.query(COUNTS, [database]);
      return new Map(rows.map(({ query, calls }) => [String(query), Number(calls)]));
    },
    async work(database) {
      if (!counting) return undefined;
      const { rows } = await admin.query(WORK, [database]);
      return new Map(
        rows.map(({ query, ...work }) => [
          String(query),
          { calls: Number(work.calls), rows: Number(work.rows), pages: Number(work.pages) },
        ]),
      );
    },
    commits: async () => Number(await one('select pg_snapshot_xmax(pg_current_snapshot())::text')),
    async stop() {
      await admin.end();
      await server.stop();
    },
  };
}

const startCounting = () =>
  startPostgres({ shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '5000' });

const COUNTS = `
  select query, sum(calls) as calls
  from pg_stat_statements s join pg_database d on d.oid = s.dbid
  where d.datname = $1
  group by query`;

const WORK = `
  select query, sum(calls) as calls, sum(rows) as rows, sum(shared_blks_hit + shared_blks_read) as pages
  from pg_stat_statements s join pg_database d on d.oid = s.dbid
  where d.datname = $1
  group by query`;

const TRANSACTION_CONTROL = /^(begin|commit|start transaction|rollback|savepoint|release|set transaction)/i;

export interface StatementCount {
  readonly query: string;
  readonly calls: number;
}

/** What ran between two counts, most often first. BEGIN and the like are left out. */
export function statementsBetween(
  before: ReadonlyMap<string, number> | undefined,
  after: ReadonlyMap<string, number> | undefined,
): StatementCount[] | undefined {
  if (!before || !after) return undefined;
  return [...after]
    .map(([query, calls]) => ({ query, calls: calls - (before.get(query) ?? 0) }))
    .filter(({ query, calls }) => calls > 0 && !TRANSACTION_CONTROL.test(query))
    .sort((a, b) => b.calls - a.calls);
}
