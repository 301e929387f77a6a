import { type Kysely, sql } from 'kysely';

/** For the home page: which apps fail, and what people changed of an app among the many things that apps do themselves. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index usage_hours_failures on usage_hours (hour, client_id) where outcome <> 'ok'`.execute(db);
  await sql`
    create index audit_events_changes on audit_events (client_id, id)
      where client_id is not null and type not in (
        'account.signed_in', 'account.signed_out', 'authorization.denied', 'client.authentication_failed', 'code.exchanged',
        'consent.denied', 'consent.given', 'consent.withdrawn', 'grant.revoked', 'refresh.retried', 'refresh.rotated', 'token.revoked'
      )`.execute(db);
}
