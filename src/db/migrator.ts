import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kysely } from 'kysely';
import { FileMigrationProvider, type MigrationInfo, Migrator } from 'kysely/migration';
import type { Tables } from './tables.ts';

const migrationFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

function migratorOf(db: Kysely<Tables>): Migrator {
  const provider = new FileMigrationProvider({ fs, path, migrationFolder, import: (file) => import(file) });
  return new Migrator({ db, provider });
}

/** Applies every pending migration and returns their names. Safe to run from several processes at once. */
export async function migrateUp(db: Kysely<Tables>): Promise<string[]> {
  const { error, results } = await migratorOf(db).migrateToLatest();
  if (error) throw error;
  return (results ?? []).map((result) => result.migrationName);
}

/** All migrations in order; `executedAt` is undefined for a pending one. */
export async function migrationStatus(db: Kysely<Tables>): Promise<readonly MigrationInfo[]> {
  return migratorOf(db).getMigrations();
}

/** The names of the migrations that the database lacks. */
export async function pendingMigrations(db: Kysely<Tables>): Promise<string[]> {
  return (await migrationStatus(db)).filter((migration) => !migration.executedAt).map((migration) => migration.name);
}
