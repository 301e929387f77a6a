import { type Kysely, sql } from 'kysely';

/** What a person has chosen; without a choice it is what their browser says. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column language text, add column time_zone text`.execute(db);
}
