import { type Kysely, sql } from 'kysely';

/** What oidc-provider keeps. Rows are many and short-lived, so vacuum comes early and updates stay on their page. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table artifacts (
      id_hash bytea not null,
      model text not null,
      grant_id text,
      account_id text,
      client_id text,
      uid_hash bytea,
      user_code_hash bytea,
      payload jsonb not null,
      created_at timestamptz not null,
      expires_at timestamptz,
      consumed_at timestamptz,
      primary key (id_hash, model)
    ) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05)`.execute(
    db,
  );
  await sql`create index artifacts_grant on artifacts (grant_id, model) where grant_id is not null`.execute(db);
  await sql`create index artifacts_account on artifacts (account_id, model) where account_id is not null`.execute(db);
  await sql`create index artifacts_uid on artifacts (uid_hash) where uid_hash is not null`.execute(db);
  await sql`create index artifacts_user_code on artifacts (user_code_hash) where user_code_hash is not null`.execute(
    db,
  );
  await sql`create index artifacts_expiry on artifacts (expires_at)`.execute(db);

  await sql`
    create table refresh_retries (
      token_hash bytea primary key,
      successor_hash bytea not null,
      sealed bytea not null,
      expires_at timestamptz not null
    ) with (autovacuum_vacuum_scale_factor = 0.02)`.execute(db);
  await sql`create index refresh_retries_expiry on refresh_retries (expires_at)`.execute(db);
}
