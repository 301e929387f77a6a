import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence revocations_seq`.execute(db);
  await sql`
    create table revocations (
      kind text not null,
      value text not null,
      seq bigint not null default nextval('revocations_seq'),
      issued_before timestamptz not null,
      forget_at timestamptz not null,
      reason text not null,
      primary key (kind, value)
    )`.execute(db);
  await sql`create index revocations_forget on revocations (forget_at)`.execute(db);
  await sql`create index artifacts_client on artifacts (client_id, model) where client_id is not null`.execute(db);
  await sql`
    create table api_introspectors (
      api_id text not null references apis (id) on delete cascade,
      client_id text not null references clients (id) on delete cascade,
      primary key (api_id, client_id)
    )`.execute(db);
}
