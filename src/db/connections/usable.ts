import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables/tables.ts';
import { type Database, openPostgres, type QueryLimits } from './connection.ts';
import { DatabaseUnusable, explainDatabaseFailure, POOLER, unusable } from './explain.ts';
import { OWN_SESSION } from './session.ts';

/**
 * Opens PostgreSQL, and looks whether it will do.
 * @param watch gets the pool before its first connection, which stays in use: who counts must not miss it. @throws {DatabaseUnusable}
 */
export async function openUsable(
  url: string,
  poolSize: number,
  onError: (error: Error) => void,
  limits: QueryLimits,
  watch: (database: Database) => void = () => {},
): Promise<Database> {
  const database = openPostgres(url, poolSize, onError, limits);
  watch(database);
  try {
    requireUsable(await lookAt(database.db), limits.own ?? false);
    return database;
  } catch (error) {
    await database.close();
    const line = error instanceof DatabaseUnusable ? undefined : explainDatabaseFailure(error);
    throw line ? new DatabaseUnusable(line, { cause: error }) : error;
  }
}

interface Look {
  readonly version: number;
  readonly encoding: string;
  readonly standby: boolean;
  readonly read_only: string;
  readonly date_style: string;
  readonly strings: string;
  readonly session: string | null;
  readonly schema: string | null;
  readonly search_path: string;
  /** Quoted, to be pasted. */
  readonly role: string;
  readonly database: string;
}

async function lookAt(db: Kysely<Tables>): Promise<Look> {
  const { rows } = await sql<Look>`
    select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
      pg_is_in_recovery() as standby, current_setting('transaction_read_only') as read_only,
      current_setting('DateStyle') as date_style, current_setting('standard_conforming_strings') as strings,
      current_setting(${OWN_SESSION}, true) as session, current_schema() as schema,
      current_setting('search_path') as search_path, quote_ident(current_user) as role,
      quote_ident(current_database()) as database`.execute(db);
  return rows[0] as Look;
}

const OLDEST = 140_000;

function requireUsable(look: Look, own: boolean): void {
  const { role, database } = look;
  if (own && look.session !== 'own') throw unusable(`${POOLER}; set LISTEN=off`);
  if (look.version < OLDEST) {
    throw unusable(`is a PostgreSQL ${Math.floor(look.version / 10_000)}; use 14 or newer`);
  }
  if (look.encoding !== 'UTF8') {
    throw unusable(
      `the database holds text as ${look.encoding}, which has no room for every name; make one by: create database ${database} template template0 encoding 'UTF8'`,
    );
  }
  if (look.standby) throw unusable('is a stand-by, which takes no writes; use the address of the primary');
  if (look.read_only === 'on') {
    throw unusable(
      `the database takes no writes, for default_transaction_read_only is on; when that is over, run: alter role ${role} reset default_transaction_read_only, or alter database ${database} …`,
    );
  }
  if (look.schema === null) {
    throw unusable(
      `the role ${role} may use no schema of its search_path, ${look.search_path}; run: grant usage, create on schema public to ${role}`,
    );
  }
  requireSetting('DateStyle', look.date_style, /^ISO/, `'ISO, MDY'`, role);
  requireSetting('standard_conforming_strings', look.strings, /^on$/, 'on', role);
}

/** A pooler that does not hand on what we ask for at the beginning leaves what the role has. */
function requireSetting(name: string, value: string, wanted: RegExp, fix: string, role: string): void {
  if (wanted.test(value)) return;
  throw unusable(
    `${name} is ${value} there, and cannot be set from here; run: alter role ${role} set ${name} = ${fix}`,
  );
}
