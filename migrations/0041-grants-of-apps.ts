import { type Kysely, sql } from 'kysely';

/**
 * For those who remove the grants of an app. Few rows are grants, and few grants are written: the rows of every refresh are
 * not in it. Grants are never used up; the condition that says so keeps the index from whoever looks for one grant by its
 * id: with few grants in the table PostgreSQL would read all of them, and go on so when there are many.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index if exists artifacts_client_grants`.execute(db);
  await sql`create index artifacts_grants_of_client on artifacts (client_id, client_epoch)
    where model = 'Grant' and consumed_at is null`.execute(db);
}
