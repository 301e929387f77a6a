import { type Kysely, sql } from 'kysely';

/** Whether an app's default API is also meant where people sign in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table clients add column default_api_at_sign_in boolean not null default false`.execute(db);
}
