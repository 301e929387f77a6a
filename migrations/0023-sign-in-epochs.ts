import { type Kysely, sql } from 'kysely';

/**
 * A person's sign-in epoch goes up whenever all of their sessions end. What a sign-in leads to carries the epoch that it
 * belongs to, and is nothing in a later one, even where a request that was under way writes it again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column sign_in_epoch integer not null default 0`.execute(db);
  await sql`alter table artifacts add column sign_in_epoch integer`.execute(db);
  await sql`alter table portal_sessions add column sign_in_epoch integer`.execute(db);
  await sql`
    update artifacts set sign_in_epoch = 0
    where model in ('Session', 'Interaction') and account_id is not null`.execute(db);
  await sql`update portal_sessions set sign_in_epoch = 0 where account_id is not null`.execute(db);
}
