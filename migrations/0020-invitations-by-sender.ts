import { type Kysely, sql } from 'kysely';

/** For counting what someone has sent within a day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index invitations_sender on invitations (invited_by, created_at) where invited_by is not null`.execute(
    db,
  );
}
