import { type Kysely, sql } from 'kysely';

/** Whether it was stopped by who looks after the platform, and not by its own team. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table clients add column stopped_from_above boolean not null default false`.execute(db);
  await sql`alter table apis add column stopped_from_above boolean not null default false`.execute(db);
}
