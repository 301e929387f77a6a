import { type Kysely, sql } from 'kysely';

/** Claims of an app's own, in its ID tokens and at UserInfo: none until it is told of some. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table clients add column own_claims text[] not null default '{}'`.execute(db);
}
