import { type Kysely, sql } from 'kysely';

/** APIs that teams publish, and subscriptions that are asked for and decided on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table apis
      add column team_id text references teams (id),
      add column description text not null default '',
      add column docs_url text,
      add column visibility text not null default 'everyone' check (visibility in ('everyone', 'selected', 'team')),
      add column roles_claim boolean not null default false,
      add column version integer not null default 1,
      add column updated_at timestamptz,
      add column suspended_at timestamptz,
      add column suspended_reason text`.execute(db);
  await sql`create index apis_team on apis (team_id, created_at, id)`.execute(db);
  await sql`create index apis_created on apis (created_at, id)`.execute(db);
  await sql`
    create table api_visible_teams (
      api_id text not null references apis (id) on delete cascade,
      team_id text not null references teams (id) on delete cascade,
      primary key (api_id, team_id)
    )`.execute(db);
  await sql`
    alter table api_scopes
      add column needs_approval boolean not null default false,
      add column needs_role boolean not null default false`.execute(db);
  // `scopes` is what is live; `pending_scopes` is an open request. A row stays when it ends, and says how it ended.
  await sql`
    alter table subscriptions
      add column id text not null default 'sub_' || replace(gen_random_uuid()::text, '-', ''),
      add column state text not null default 'active'
        check (state in ('pending', 'active', 'suspended', 'denied', 'cancelled')),
      add column pending_scopes text[],
      add column pending_reason text,
      add column pending_by text,
      add column pending_at timestamptz,
      add column note text,
      add column decided_by text,
      add column decided_at timestamptz,
      add column version integer not null default 1`.execute(db);
  await sql`create unique index subscriptions_id on subscriptions (id)`.execute(db);
  await sql`create index subscriptions_created on subscriptions (created_at, id)`.execute(db);
  await sql`
    create index subscriptions_pending on subscriptions (api_id, pending_at) where pending_scopes is not null`.execute(
    db,
  );
}
