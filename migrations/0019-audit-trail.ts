import { type Kysely, sql } from 'kysely';

/** What the audit trail is searched by, beside the app. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index audit_events_account on audit_events (account_id, id) where account_id is not null`.execute(
    db,
  );
  await sql`create index audit_events_type on audit_events (type, id)`.execute(db);
}
