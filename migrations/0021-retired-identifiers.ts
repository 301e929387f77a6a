import { type Kysely, sql } from 'kysely';

/** Identifiers of APIs that are gone, with the team that had them: resource servers may still trust tokens with them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table retired_identifiers (
      identifier text primary key,
      team_id text references teams (id) on delete set null,
      retired_at timestamptz not null
    )`.execute(db);
}
