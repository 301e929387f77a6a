import type { Db } from '../db/connection.ts';
import type { Access } from './access.ts';

/** What a person may do now; undefined when unknown or disabled. A suspended team gives its members sight only. */
export async function findAccess(db: Db, accountId: string): Promise<Access | undefined> {
  const rows = await db
    .selectFrom('accounts')
    .leftJoin('team_members', 'team_members.account_id', 'accounts.id')
    .leftJoin('teams', 'teams.id', 'team_members.team_id')
    .select(['accounts.platform_role', 'team_members.team_id', 'team_members.role', 'teams.suspended_at'])
    .where('accounts.id', '=', accountId)
    .where('accounts.disabled_at', 'is', null)
    .execute();
  const [first] = rows;
  if (!first) return undefined;
  return {
    platformRole: first.platform_role,
    teams: new Map(
      rows.flatMap(({ team_id, role, suspended_at }) =>
        team_id && role ? [[team_id, suspended_at ? 'viewer' : role] as const] : [],
      ),
    ),
  };
}
