import type { EventEmitter } from 'node:events';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import type { Database } from '../db/connections/connection.ts';
import { TOO_LATE } from '../db/connections/limited-pool.ts';
import { onRetried } from '../db/transaction.ts';
import { counter, gauge } from './make.ts';

/** Classes of SQLSTATE that tell operators something (docs/operations.md); all others are one. */
const CLASSES = new Set(['08', '23', '25', '40', '53', '55', '57', '58']);

/** Follows a pool, its connections and what runs on them. On the embedded database there is no pool, and only retries count. */
export function watchDatabase(registry: Registry, { db, pool }: Pick<Database, 'db' | 'pool'>): void {
  const retries = counter(registry, 'latchkey_transaction_retries_total');
  for (const sqlstate of ['40001', '40P01']) retries.inc({ sqlstate }, 0);
  onRetried(db, (sqlstate) => retries.inc({ sqlstate }));
  if (!pool) return;
  gauge(registry, 'latchkey_pool_connections', () => [
    [{ state: 'idle' }, pool.idleCount],
    [{ state: 'used' }, pool.totalCount - pool.idleCount],
  ]);
  gauge(registry, 'latchkey_pool_waiting', () => [[{}, pool.waitingCount]]);
  watchConnecting(registry, pool);
  watchStatements(registry, pool);
}

/** `pg` tells nobody but the caller that no connection could be had. */
function watchConnecting(registry: Registry, pool: pg.Pool): void {
  const failures = counter(registry, 'latchkey_connection_failures_total');
  (pool as EventEmitter).on(TOO_LATE, () => failures.inc());
  type Connect = (done?: (error: Error | undefined, ...rest: unknown[]) => void) => unknown;
  const connect = pool.connect.bind(pool) as Connect;
  const watched: Connect = (done) => {
    if (done) {
      return connect((error, ...rest) => {
        if (error) failures.inc();
        done(error, ...rest);
      });
    }
    const connecting = connect() as Promise<unknown>;
    connecting.catch(() => failures.inc());
    return connecting;
  };
  pool.connect = watched as typeof pool.connect;
}

function watchStatements(registry: Registry, pool: pg.Pool): void {
  const failures = counter(registry, 'latchkey_statement_failures_total');
  for (const name of ['40', '53', '57', 'lost']) failures.inc({ class: name }, 0);
  const note = (error: unknown) => failures.inc({ class: classOf(error) });
  pool.on('connect', (client) => {
    type Query = (...args: unknown[]) => unknown;
    const query = client.query.bind(client) as Query;
    const watched: Query = (...args) => {
      const result = query(...args);
      if (result instanceof Promise) result.catch(note);
      return result;
    };
    client.query = watched as typeof client.query;
  });
}

/** Errors of PostgreSQL have a severity and a SQLSTATE; what has none never came from there. */
function classOf(error: unknown): string {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return 'lost';
  const name = String(error.code).slice(0, 2);
  return CLASSES.has(name) ? name : 'other';
}
