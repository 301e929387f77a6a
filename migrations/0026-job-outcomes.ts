import { type Kysely, sql } from 'kysely';

/** When each piece of background work last went well and last failed, in whichever process. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table job_outcomes (
      name text primary key,
      succeeded_at timestamptz,
      failed_at timestamptz,
      failure text
    )`.execute(db);
}
