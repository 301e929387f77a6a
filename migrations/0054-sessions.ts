import { type Kysely, sql } from 'kysely';

/**
 * What people recognize their sessions by: the browser and system in words, the network, and when it was seen last. And the
 * sign-in that a session of the portal comes from, so that both end together. Sessions from before say nothing of it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table portal_sessions
      add column sign_in_hash bytea,
      add column browser text,
      add column system text,
      add column network text,
      add column seen_at timestamptz`.execute(db);
  await sql`create index portal_sessions_account on portal_sessions (account_id) where account_id is not null`.execute(
    db,
  );
}
