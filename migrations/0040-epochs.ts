import { type Kysely, sql } from 'kysely';

/**
 * The epoch of an app, and of a person's consent to one, goes up when it ends. A grant carries the epochs that it was
 * decided on, and is nothing once one of them is higher. A row stays when the app or the consent goes, so that nobody who
 * comes back under the same name starts lower. Where there is no row the epoch is 0, as in all that was written before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table epochs (
      account_id text not null,
      client_id text not null,
      epoch integer not null default 0,
      cleaned integer not null default 0,
      primary key (account_id, client_id)
    )`.execute(db);
  await sql`create index epochs_to_clean on epochs (client_id) where cleaned < epoch`.execute(db);
  await sql`alter table artifacts add column client_epoch integer not null default 0`.execute(db);
  await sql`alter table artifacts add column consent_epoch integer not null default 0`.execute(db);
}
