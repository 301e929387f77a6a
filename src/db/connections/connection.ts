import type { PGlite } from '@electric-sql/pglite';
import { Kysely, type Transaction } from 'kysely';
import pg from 'pg';
import type { Tables } from '../tables/tables.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { EmbeddedDialect, NetworkDialect } from './dialects.ts';
import { driverOptions } from './driver-options.ts';
import { limitPool } from './limited-pool.ts';
import { sessionOf } from './session.ts';
import { ImpatientClient, PreparingClient, type WithSession } from './session-client.ts';

/** A pool or a transaction: what every query takes first. */
export type Db = Kysely<Tables> | Transaction<Tables>;

export interface Database {
  readonly kind: 'postgres' | 'embedded';
  readonly db: Kysely<Tables>;
  /** The pool under `db`, for libraries that speak `pg`; undefined on the embedded database. */
  readonly pool: pg.Pool | undefined;
  /** By which time requests have their answers. */
  readonly deadlines: Deadlines;
  /** Hears notifications on the embedded database; on PostgreSQL that takes a connection of its own (changes.ts). */
  readonly listen?: (channel: string, heard: (payload: string) => void) => Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export const INT8 = 20;

/** Times in milliseconds; none by default. */
export interface QueryLimits {
  /** Whether connections lead to PostgreSQL itself, and not to a pooler that lends them for a transaction each. */
  readonly own?: boolean;
  /**
   * How long PostgreSQL works on one statement (`statement_timeout`), and lets a transaction stand idle. PgBouncer
   * refuses a connection that asks for these.
   */
  readonly statement?: number;
  readonly idleInTransaction?: number;
  /** How long we wait for an answer. Longer than `statement`, for it costs the connection. */
  readonly answer?: number;
  /** Whether the statements that run most are prepared. */
  readonly prepare?: boolean;
}

/** Opens PostgreSQL. Connections are made when they are first needed, so this answers even while the server is down. */
export function openPostgres(
  url: string,
  poolSize: number,
  onError: (error: Error) => void,
  limits: QueryLimits = {},
): Database {
  const options: pg.PoolConfig & WithSession = {
    // The pool gives it all of these options, which the types of `pg` do not say.
    Client: (limits.prepare ? PreparingClient : ImpatientClient) as unknown as new () => pg.ClientBase,
    max: poolSize,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    application_name: 'latchkey',
    ...driverOptions(url),
    session: sessionOf(limits.own ?? false),
    ...(limits.statement ? { statement_timeout: limits.statement } : {}),
    ...(limits.idleInTransaction ? { idle_in_transaction_session_timeout: limits.idleInTransaction } : {}),
    ...(limits.answer ? { query_timeout: limits.answer } : {}),
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
  const pool = new pg.Pool(options);
  // An idle connection that breaks (a restarted server) raises this; unheard, it would end the process.
  pool.on('error', onError);
  // So would one that breaks between two statements of a transaction, which the pool does not listen to; the next one fails.
  pool.on('connect', (client) => client.on('error', () => {}));
  const deadlines = createDeadlines();
  const db = new Kysely<Tables>({ dialect: new NetworkDialect({ pool: limitPool(pool, deadlines) }) });
  return { kind: 'postgres', db, pool, deadlines, close: () => db.destroy() };
}

/** Wraps a running PGlite. `onClose` runs after it is closed. */
export async function embed(pglite: PGlite, onClose: () => void = () => {}): Promise<Database> {
  await pglite.waitReady;
  const deadlines = createDeadlines();
  const db = new Kysely<Tables>({ dialect: new EmbeddedDialect({ pglite }, deadlines) });
  const close = async () => {
    await db.destroy();
    onClose();
  };
  const listen: Database['listen'] = (channel, heard) => pglite.listen(channel, heard);
  return { kind: 'embedded', db, pool: undefined, deadlines, listen, close };
}
