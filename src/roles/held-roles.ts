import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';

/** A role of one API, as somebody has it. */
export interface HeldRole {
  readonly name: string;
  readonly scopes: readonly string[];
}

/** The roles that a person has of one API now, directly or by a group, by name. One statement, on the way of every refresh. */
export async function findHeldRoles(db: Db, accountId: string, apiId: string): Promise<HeldRole[]> {
  const { rows } = await sql<HeldRole>`${sql.raw(PREPARED)}
    select name, scopes from roles
    where api_id = ${apiId} and (
      exists (select from role_accounts where role_id = roles.id and account_id = ${accountId})
      or exists (
        select from role_groups join group_members using (group_id)
        where role_groups.role_id = roles.id and group_members.account_id = ${accountId}
      )
    )
    order by name`.execute(db);
  return rows;
}
