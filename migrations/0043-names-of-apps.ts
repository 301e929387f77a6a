import { type Kysely, sql } from 'kysely';

/**
 * The app of a revoked token or grant, by which they are counted, and the epoch of the app's tokens on each code and access
 * token that is stored: 0 is older than every end. Every database has a number that names its life.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table revocations add column client_id text`.execute(db);
  await sql`
    create index revocations_of_client on revocations (client_id, forget_at)
    where client_id is not null`.execute(db);
  await sql`alter table artifacts add column client_tokens_epoch integer not null default 0`.execute(db);
  await sql`
    insert into settings (key, value, updated_at)
    values ('incarnation', jsonb_build_object('number', floor(random() * 4294967296)::int8), now())`.execute(db);
}
