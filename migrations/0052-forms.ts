import { type Kysely, sql } from 'kysely';

/**
 * What was typed into a form whose session had ended, one form for each person, sealed with a key that only the browser
 * has. The order in which an API names its scopes: those from before have the order in which they were shown.
 * And when a server of an API was last seen to fetch keys and feeds.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table kept_forms (
      account_id text primary key references accounts (id) on delete cascade,
      id_hash bytea not null,
      sealed bytea not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index kept_forms_expires_at on kept_forms (expires_at)`.execute(db);
  await sql`alter table api_scopes add column position integer not null default 0`.execute(db);
  await sql`
    update api_scopes set position = ordered.position
    from (select api_id, name, row_number() over (partition by api_id order by name) - 1 as position from api_scopes) ordered
    where api_scopes.api_id = ordered.api_id and api_scopes.name = ordered.name`.execute(db);
  await sql`
    create table api_sightings (
      api_id text primary key references apis (id) on delete cascade,
      keys_at timestamptz,
      feed_at timestamptz,
      address text not null
    )`.execute(db);
}
