import {
  type CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  PGliteAdapter,
  PGliteDialect,
  type PGliteDialectConfig,
  PostgresAdapter,
  PostgresDialect,
} from 'kysely';
import { type Deadlines, requireTime, within } from './deadlines.ts';

/** Kysely would lock the session, which PgBouncer in transaction mode does not have; migrator.ts locks its transaction. */
class LockFreePostgresAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** PostgreSQL over the network. */
export class NetworkDialect extends PostgresDialect {
  override createAdapter(): DialectAdapter {
    return new LockFreePostgresAdapter();
  }
}

/** Kysely would queue as well, ahead of our queue, where nothing knows of a deadline. */
class QueuedAdapter extends PGliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/**
 * The embedded database behind a queue.
 *
 * Kysely's own driver hands its single connection to everyone at once, so that a query of one request would run inside
 * the open transaction of another, and be lost with its rollback. Here a connection has one holder at a time. A query
 * on the outer `db` inside a transaction therefore waits for ever: everything in a transaction goes through it.
 */
export class EmbeddedDialect extends PGliteDialect {
  readonly #deadlines: Deadlines;

  constructor(config: PGliteDialectConfig, deadlines: Deadlines) {
    super(config);
    this.#deadlines = deadlines;
  }

  override createAdapter(): DialectAdapter {
    return new QueuedAdapter();
  }

  override createDriver(): Driver {
    return serialize(super.createDriver(), this.#deadlines);
  }
}

/** A statement that runs cannot be cancelled, but none is begun, and none waited for in the queue, beyond the deadline. */
function serialize(driver: Driver, deadlines: Deadlines): Driver {
  let tail: Promise<void> = Promise.resolve();
  const releases = new WeakMap<DatabaseConnection, () => void>();
  const acquire = driver.acquireConnection.bind(driver);

  driver.acquireConnection = async (options) => {
    const before = tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    tail = promise;
    const deadline = deadlines.current();
    try {
      await (deadline ? within(deadline, before, () => {}) : before);
    } catch (error) {
      // Later holders still wait for the earlier ones.
      before.then(resolve);
      throw error;
    }
    try {
      const connection = await acquire(options);
      releases.set(connection, resolve);
      requireTimeAt(connection, deadlines);
      return connection;
    } catch (error) {
      resolve();
      throw error;
    }
  };
  driver.releaseConnection = async (connection) => releases.get(connection)?.();
  return driver;
}

const limited = new WeakSet<DatabaseConnection>();

/** Commits and rollbacks do not come this way: they are made whatever time it is. */
function requireTimeAt(connection: DatabaseConnection, deadlines: Deadlines): void {
  if (limited.has(connection)) return;
  limited.add(connection);
  const execute = connection.executeQuery.bind(connection);
  connection.executeQuery = async <R>(query: CompiledQuery, options?: Parameters<typeof execute>[1]) => {
    const deadline = deadlines.current();
    if (deadline) requireTime(deadline);
    return execute<R>(query, options);
  };
}
