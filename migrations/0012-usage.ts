import { type Kysely, sql } from 'kysely';

/** What apps did, by hour, and their latest requests one by one. Both are written in batches and dropped by age. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table usage_hours (
      hour timestamptz not null,
      client_id text not null,
      api_id text not null,
      event text not null,
      outcome text not null,
      count bigint not null,
      primary key (client_id, hour, api_id, event, outcome)
    )`.execute(db);
  await sql`create index usage_hours_hour on usage_hours (hour)`.execute(db);
  await sql`create index usage_hours_api on usage_hours (api_id, hour)`.execute(db);
  await sql`
    create table request_log (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      client_id text not null,
      api_id text,
      event text not null,
      outcome text not null,
      detail text,
      scope text,
      request_id text
    )`.execute(db);
  await sql`create index request_log_client on request_log (client_id, id)`.execute(db);
  await sql`create index request_log_at on request_log (at)`.execute(db);
  await sql`create index audit_events_client on audit_events (client_id, id) where client_id is not null`.execute(db);
}
