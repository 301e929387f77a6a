import { type Kysely, sql } from 'kysely';

/** Teams own apps and APIs; people belong to teams. What has no team belongs to the operator alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table teams (
      id text primary key,
      name text not null,
      name_key text not null unique,
      version integer not null default 1,
      created_at timestamptz not null,
      suspended_at timestamptz,
      suspended_reason text
    )`.execute(db);
  await sql`
    create table team_members (
      team_id text not null references teams (id) on delete cascade,
      account_id text not null references accounts (id) on delete cascade,
      role text not null check (role in ('owner', 'developer', 'viewer')),
      created_at timestamptz not null,
      primary key (team_id, account_id)
    )`.execute(db);
  await sql`create index team_members_account on team_members (account_id)`.execute(db);
  await sql`
    create table invitations (
      id text primary key,
      team_id text not null references teams (id) on delete cascade,
      email text not null,
      email_key text not null,
      role text not null check (role in ('owner', 'developer', 'viewer')),
      code_hash bytea not null unique,
      invited_by text,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      accepted_at timestamptz,
      withdrawn_at timestamptz
    )`.execute(db);
  await sql`create index invitations_team on invitations (team_id)`.execute(db);
  await sql`create index invitations_email on invitations (email_key)`.execute(db);
  await sql`
    alter table accounts
      add column platform_role text check (platform_role in ('admin', 'auditor')),
      add column version integer not null default 1`.execute(db);
  await sql`create index accounts_created on accounts (created_at, id)`.execute(db);
}
