import { type Kysely, sql } from 'kysely';

/** When a mail is given up is its own: one that is sent again gets as long as a new one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table mail_outbox add column give_up_at timestamptz`.execute(db);
  await sql`update mail_outbox set give_up_at = created_at + interval '3 days'`.execute(db);
  await sql`alter table mail_outbox alter column give_up_at set not null`.execute(db);
}
