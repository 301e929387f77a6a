import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { embed, openPostgres } from '../../src/db/connections/connection.ts';
import { migrateUp } from '../../src/db/migrator.ts';
import { type PgBouncer, startPgBouncer } from './pgbouncer.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

declare global {
  var testPostgres: TestPostgres | undefined;
  var testPgBouncer: PgBouncer | undefined;
}

export const TEMPLATE = 'latchkey_template';

/** One server for all specs, and one migrated database that each spec file copies. */
export default async function setUp(): Promise<void> {
  if (process.env.TEST_ON === 'embedded') {
    process.env.TEST_TEMPLATE = await embeddedTemplate();
    return;
  }
  const postgres = await startPostgres();
  globalThis.testPostgres = postgres;
  process.env.TEST_POSTGRES_URL = postgres.url;
  const admin = new pg.Client({ connectionString: `${postgres.url}/postgres` });
  await admin.connect();
  await admin.query(`drop database if exists ${TEMPLATE}`);
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const database = openPostgres(`${postgres.url}/${TEMPLATE}`, 2, () => {});
  await migrateUp(database.db);
  await database.close();
  if (process.env.TEST_ON !== 'pgbouncer') return;
  const bouncer = await startPgBouncer(postgres.url);
  globalThis.testPgBouncer = bouncer;
  process.env.TEST_PGBOUNCER_URL = bouncer.url;
}

async function embeddedTemplate(): Promise<string> {
  const pglite = new PGlite();
  const database = await embed(pglite);
  await migrateUp(database.db);
  const file = join(mkdtempSync(join(tmpdir(), 'latchkey-template-')), 'template.tar');
  const dump = await pglite.dumpDataDir('none');
  writeFileSync(file, Buffer.from(await dump.arrayBuffer()));
  await database.close();
  return file;
}
