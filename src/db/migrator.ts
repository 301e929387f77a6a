import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { FileMigrationProvider, type MigrationInfo, Migrator } from 'kysely/migration';
import type { Tables } from './tables.ts';

const migrationFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

function migratorOf(db: Kysely<Tables>): Migrator {
  const provider = new FileMigrationProvider({ fs, path, migrationFolder, import: (file) => import(file) });
  return new Migrator({ db, provider });
}

/** Any number that nobody else locks. */
const MIGRATION_LOCK = 7_410_263;

/**
 * Applies every pending migration, all or none, and returns their names. The lock is the transaction's own, so several
 * processes may call this at once, also through PgBouncer.
 */
export async function migrateUp(db: Kysely<Tables>): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx);
    const { error, results } = await migratorOf(trx).migrateToLatest();
    if (error) throw error;
    return (results ?? []).map((result) => result.migrationName);
  });
}

/** All migrations in order; `executedAt` is undefined for a pending one. */
export async function migrationStatus(db: Kysely<Tables>): Promise<readonly MigrationInfo[]> {
  return migratorOf(db).getMigrations();
}

/** The names of the migrations that the database lacks. */
export async function pendingMigrations(db: Kysely<Tables>): Promise<string[]> {
  return (await migrationStatus(db)).filter((migration) => !migration.executedAt).map((migration) => migration.name);
}
