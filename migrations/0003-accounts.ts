import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table accounts (
      id text primary key,
      email text not null,
      email_key text not null unique,
      name text not null,
      email_verified_at timestamptz,
      password_hash text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      disabled_at timestamptz
    )`.execute(db);
  await sql`
    create table consents (
      account_id text not null references accounts (id) on delete cascade,
      client_id text not null references clients (id) on delete cascade,
      oidc_scopes text[] not null,
      resources jsonb not null,
      updated_at timestamptz not null,
      primary key (account_id, client_id)
    )`.execute(db);
  await sql`create index consents_client on consents (client_id)`.execute(db);
}
