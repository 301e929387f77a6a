import { type Kysely, sql } from 'kysely';

/** What an app's ID tokens say of people, beside what UserInfo says: all of it, as until now. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table clients add column id_token_claims text[] not null default '{profile,email,groups}'`.execute(db);
}
