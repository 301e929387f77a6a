import { type Kysely, sql } from 'kysely';

/** Which apps the operator has checked, and for which people are asked each time they sign in: none that is there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table clients
      add column verified boolean not null default false,
      add column ask_each_time boolean not null default false`.execute(db);
}
