import { type Kysely, sql } from 'kysely';

/** Apps with an owner, a description, a logo and a version; secrets with who made them and when they were last used. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table clients
      add column team_id text references teams (id),
      add column description text not null default '',
      add column homepage_url text,
      add column jwks_uri text,
      add column version integer not null default 1,
      add column updated_at timestamptz,
      add column created_by text,
      add column disabled_reason text`.execute(db);
  await sql`create index clients_team on clients (team_id, created_at, id)`.execute(db);
  await sql`create index clients_created on clients (created_at, id)`.execute(db);
  await sql`
    create table client_logos (
      client_id text primary key references clients (id) on delete cascade,
      image bytea not null,
      etag text not null,
      updated_at timestamptz not null
    )`.execute(db);
  // A secret that names its successor ends when that one is first used.
  await sql`
    alter table client_secrets
      add column created_by text,
      add column first_used_at timestamptz,
      add column last_used_at timestamptz,
      add column successor_id text references client_secrets (id) on delete set null`.execute(db);
  await sql`create index client_secrets_expiry on client_secrets (expires_at) where expires_at is not null`.execute(db);
  await sql`create index client_secrets_successor on client_secrets (successor_id) where successor_id is not null`.execute(
    db,
  );
}
