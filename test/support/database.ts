import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { type Database, embed, openPostgres } from '../../src/db/connections/connection.ts';

export interface TestDatabase {
  readonly database: Database;
  /** undefined on the embedded database. */
  readonly url: string | undefined;
  drop(): Promise<void>;
}

/** What a server must be told of the database of this run, beside its address. */
export const databaseSettings: Readonly<Record<string, string>> =
  process.env.TEST_ON === 'pgbouncer' ? { LISTEN: 'off' } : {};

/** A fresh migrated database, of the kind that this run is about. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return process.env.TEST_ON === 'embedded' ? createEmbedded() : createOnPostgres();
}

async function createOnPostgres(): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL ?? '';
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name} template latchkey_template`);
  const url = `${process.env.TEST_PGBOUNCER_URL ?? server}/${name}`;
  // As the server itself does it: a statement that waits inside of PgBouncer for a connection cannot be cancelled.
  const limits = process.env.TEST_ON === 'pgbouncer' ? { answer: 6000 } : {};
  const database = openPostgres(url, 10, () => {}, limits);
  return {
    database,
    url,
    async drop() {
      await database.close();
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

async function createEmbedded(): Promise<TestDatabase> {
  const template = readFileSync(process.env.TEST_TEMPLATE ?? '');
  const pglite = new PGlite({ loadDataDir: new Blob([template]), parsers: { 20: Number } });
  const database = await embed(pglite);
  return { database, url: undefined, drop: () => database.close() };
}

/** `create database` of one template does not run twice at once. */
async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(1)');
    await client.query(statement);
  } finally {
    await client.end();
  }
}
