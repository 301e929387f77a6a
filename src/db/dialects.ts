import {
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  PGliteDialect,
  PostgresAdapter,
  PostgresDialect,
} from 'kysely';

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

/**
 * The embedded database behind a queue.
 *
 * Kysely's own driver hands its single connection to everyone at once, so that a query of one request would run inside
 * the open transaction of another, and be lost with its rollback. Here a connection has one holder at a time. A query
 * on the outer `db` inside a transaction therefore waits for ever: everything in a transaction goes through it.
 */
export class EmbeddedDialect extends PGliteDialect {
  override createDriver(): Driver {
    return serialize(super.createDriver());
  }
}

function serialize(driver: Driver): Driver {
  let tail: Promise<void> = Promise.resolve();
  const releases = new WeakMap<DatabaseConnection, () => void>();
  const acquire = driver.acquireConnection.bind(driver);

  driver.acquireConnection = async (options) => {
    const before = tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    tail = promise;
    await before;
    try {
      const connection = await acquire(options);
      releases.set(connection, resolve);
      return connection;
    } catch (error) {
      resolve();
      throw error;
    }
  };
  driver.releaseConnection = async (connection) => releases.get(connection)?.();
  return driver;
}
