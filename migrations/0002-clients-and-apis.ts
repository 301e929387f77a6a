import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table apis (
      id text primary key,
      identifier text not null unique,
      name text not null,
      token_lifetime integer not null check (token_lifetime between 30 and 86400),
      signing_alg text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table api_scopes (
      api_id text not null references apis (id) on delete cascade,
      name text not null,
      description text not null,
      primary key (api_id, name)
    )`.execute(db);
  await sql`
    create table clients (
      id text primary key,
      name text not null,
      type text not null,
      auth_method text not null,
      redirect_uris text[] not null,
      post_logout_redirect_uris text[] not null,
      jwks jsonb,
      id_token_alg text not null,
      pkce text not null,
      require_par boolean not null,
      first_party boolean not null,
      refresh_retry_seconds integer not null check (refresh_retry_seconds between 0 and 60),
      default_api_id text references apis (id) on delete set null,
      created_at timestamptz not null,
      disabled_at timestamptz
    )`.execute(db);
  await sql`
    create table client_secrets (
      id text primary key,
      client_id text not null references clients (id) on delete cascade,
      name text not null,
      hash bytea not null,
      created_at timestamptz not null,
      expires_at timestamptz
    )`.execute(db);
  await sql`create index client_secrets_client on client_secrets (client_id)`.execute(db);
  await sql`
    create table subscriptions (
      client_id text not null references clients (id) on delete cascade,
      api_id text not null references apis (id) on delete cascade,
      scopes text[] not null,
      created_at timestamptz not null,
      primary key (client_id, api_id)
    )`.execute(db);
  await sql`create index subscriptions_api on subscriptions (api_id)`.execute(db);
}
