import { type Kysely, sql } from 'kysely';

/** Which scopes of an API which people may use. A role belongs to one API; groups are of people, and hold many roles. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table roles (
      id text primary key,
      api_id text not null references apis (id) on delete cascade,
      name text not null,
      description text not null default '',
      scopes text[] not null,
      version integer not null default 1,
      created_at timestamptz not null,
      unique (api_id, name)
    )`.execute(db);
  await sql`
    create table groups (
      id text primary key,
      name text not null,
      name_key text not null unique,
      version integer not null default 1,
      created_at timestamptz not null
    )`.execute(db);
  await sql`
    create table group_members (
      group_id text not null references groups (id) on delete cascade,
      account_id text not null references accounts (id) on delete cascade,
      primary key (group_id, account_id)
    )`.execute(db);
  await sql`create index group_members_account on group_members (account_id)`.execute(db);
  await sql`
    create table role_accounts (
      role_id text not null references roles (id) on delete cascade,
      account_id text not null references accounts (id) on delete cascade,
      primary key (role_id, account_id)
    )`.execute(db);
  await sql`create index role_accounts_account on role_accounts (account_id)`.execute(db);
  await sql`
    create table role_groups (
      role_id text not null references roles (id) on delete cascade,
      group_id text not null references groups (id) on delete cascade,
      primary key (role_id, group_id)
    )`.execute(db);
  await sql`create index role_groups_group on role_groups (group_id)`.execute(db);
}
