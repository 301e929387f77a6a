import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';

/** The names of the groups that a person is in, in the same order each time. For apps that ask for them, at every refresh. */
export async function findGroupNames(db: Db, accountId: string, most: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`${sql.raw(PREPARED)}
    select name from groups join group_members on group_id = groups.id
    where account_id = ${accountId} order by name_key limit ${most}`.execute(db);
  return rows.map(({ name }) => name);
}
