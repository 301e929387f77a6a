import { type Kysely, sql } from 'kysely';

/** What the lists of the catalogue are ordered by, and mail that the other side has refused for good. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index subscriptions_api_created on subscriptions (api_id, created_at, id)`.execute(db);
  await sql`create index subscriptions_client_created on subscriptions (client_id, created_at, id)`.execute(db);
  await sql`
    create index subscriptions_waiting on subscriptions (pending_at, id) where pending_scopes is not null`.execute(db);
  await sql`
    create index subscriptions_decided on subscriptions (decided_at, id) where decided_at is not null`.execute(db);
  await sql`alter table mail_outbox add column failed_at timestamptz`.execute(db);
}
