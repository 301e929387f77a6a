import { type Kysely, sql } from 'kysely';

/** How often a device may ask whether its person has agreed; null for everything that is not a device code. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table artifacts
      add column poll_interval integer,
      add column next_poll_at timestamptz`.execute(db);
}
