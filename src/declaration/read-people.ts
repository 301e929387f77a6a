import type { Db } from '../db/connections/connection.ts';
import { groupedBy, sortedBy } from './order.ts';
import type { DeclaredGroup, DeclaredTeam } from './schema.ts';

export async function readGroups(db: Db): Promise<DeclaredGroup[]> {
  const groups = await db.selectFrom('groups').select(['id', 'name', 'name_key']).execute();
  const members = await db
    .selectFrom('group_members')
    .innerJoin('accounts', 'accounts.id', 'group_members.account_id')
    .select(['group_members.group_id', 'accounts.email'])
    .execute();
  const membersOf = groupedBy(members, (member) => member.group_id);
  return sortedBy(groups, (group) => group.name_key).map(({ id, name }) => ({
    name,
    members: membersOf(id)
      .map(({ email }) => email)
      .sort(),
  }));
}

export async function readTeams(db: Db): Promise<DeclaredTeam[]> {
  const teams = await db
    .selectFrom('teams')
    .select(['id', 'name', 'name_key', 'suspended_at', 'suspended_reason'])
    .execute();
  const members = await db
    .selectFrom('team_members')
    .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
    .select(['team_members.team_id', 'team_members.role', 'accounts.email'])
    .execute();
  const membersOf = groupedBy(members, (member) => member.team_id);
  return sortedBy(teams, (team) => team.name_key).map(({ id, name, suspended_at, suspended_reason }) => ({
    name,
    members: sortedBy(membersOf(id), ({ email }) => email).map(({ email, role }) => ({ email, role })),
    ...(suspended_at && { suspended: suspended_reason || 'suspended' }),
  }));
}
