import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { FileMigrationProvider, type MigrationInfo, Migrator } from 'kysely/migration';
import { unusable } from './connections/explain.ts';
import type { Tables } from './tables/tables.ts';

const migrationFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Its own table is looked for in our schema only: another product that uses Kysely may have one in another schema. */
async function migratorOf(db: Kysely<Tables>): Promise<Migrator> {
  const provider = new FileMigrationProvider({ fs, path, migrationFolder, import: (file) => import(file) });
  return new Migrator({ db, provider, migrationTableSchema: (await schemaOf(db)).schema });
}

async function schemaOf(db: Kysely<Tables>) {
  const { rows } = await sql<{ schema: string; role: string; mayCreate: boolean }>`
    select current_schema() as schema, quote_ident(current_user) as role,
      has_schema_privilege(current_schema(), 'CREATE') as "mayCreate"`.execute(db);
  return rows[0] as (typeof rows)[number];
}

/** Checked here, because the failure of a later statement would hide the reason. @throws {DatabaseUnusable} */
async function requireCreate(db: Kysely<Tables>): Promise<void> {
  const { schema, role, mayCreate } = await schemaOf(db);
  if (mayCreate) return;
  throw unusable(
    `the role ${role} may make no tables in the schema ${schema}; as the owner of the database run: grant create on schema ${schema} to ${role}`,
  );
}

/** Any number that nobody else locks. */
const MIGRATION_LOCK = 7_410_263;

/**
 * Applies every pending migration, all or none, and returns their names. The lock is the transaction's own, so several
 * processes may call this at once, also through PgBouncer.
 */
export async function migrateUp(db: Kysely<Tables>): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    // A migration may take its time, and wait for others: limits of the role are for requests.
    await sql`select set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)`.execute(trx);
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx);
    const migrator = await migratorOf(trx);
    if ((await migrator.getMigrations()).some(({ executedAt }) => !executedAt)) await requireCreate(trx);
    const { error, results } = await migrator.migrateToLatest();
    if (error) throw error;
    return (results ?? []).map((result) => result.migrationName);
  });
}

/** All migrations in order; `executedAt` is undefined for a pending one. */
export async function migrationStatus(db: Kysely<Tables>): Promise<readonly MigrationInfo[]> {
  return (await migratorOf(db)).getMigrations();
}

/** The names of the migrations that the database lacks. */
export async function pendingMigrations(db: Kysely<Tables>): Promise<string[]> {
  return (await migrationStatus(db)).filter((migration) => !migration.executedAt).map((migration) => migration.name);
}
