import { type Kysely, sql } from 'kysely';

/**
 * An app that cannot keep a secret could be set to authenticate with one, which locked it out. Those that got none since are
 * as they were made.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update clients set auth_method = 'none'
    where type in ('spa', 'native', 'device') and auth_method <> 'none'
      and not exists (select from client_secrets where client_secrets.client_id = clients.id)`.execute(db);
}
