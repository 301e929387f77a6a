import { type Kysely, sql } from 'kysely';

/**
 * Several forms of a person are kept, each by the name of the page that it was on. Those that are kept now stay: their address
 * says `kept=1`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table kept_forms
      add column page text not null default '1',
      drop constraint kept_forms_pkey,
      add primary key (account_id, page)`.execute(db);
  await sql`alter table kept_forms alter column page drop default`.execute(db);
}
