import { type Kysely, sql } from 'kysely';

/** What a person tells apps of themselves beside name and address. No two have the same user name. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table accounts
      add column profile jsonb not null default '{}',
      add column username_key text unique`.execute(db);
}
