import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table signing_keys (
      kid text primary key,
      alg text not null,
      public_jwk jsonb not null,
      sealed_private_jwk text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table settings (
      key text primary key,
      value jsonb not null,
      updated_at timestamptz not null
    )`.execute(db);
  await sql`
    create table leases (
      name text primary key,
      holder text not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`
    create table audit_events (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      type text not null,
      actor_type text not null,
      actor_id text,
      client_id text,
      account_id text,
      ip text,
      request_id text,
      detail jsonb not null
    )`.execute(db);
  await sql`create index audit_events_at on audit_events (at)`.execute(db);
  await sql`
    create table throttles (
      key text primary key,
      points integer not null,
      expire bigint
    )`.execute(db);
  await sql`
    create table portal_sessions (
      id_hash bytea primary key,
      account_id text,
      sealed bytea not null,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index portal_sessions_expiry on portal_sessions (expires_at)`.execute(db);
}
