import { type Kysely, sql } from 'kysely';

/** The last four characters of a secret, to know one by. 232 of its 256 bits stay unknown. Those from before have none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table client_secrets add column last_four text`.execute(db);
}
