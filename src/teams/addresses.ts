import type { Db } from '../db/connections/connection.ts';
import type { TeamRole } from '../db/tables/teams.ts';

/** Where mail to a person goes. */
export interface Address {
  readonly accountId: string;
  readonly email: string;
  /** What they chose, for `preferencesOf`. */
  readonly language: string | null;
  readonly time_zone: string | null;
}

/** The people who look after what a team owns; for what has no team, the admins. */
export function findCaretakers(
  db: Db,
  teamId: string | null,
  roles: readonly TeamRole[] = ['owner', 'developer'],
): Promise<Address[]> {
  const people = db
    .selectFrom('accounts')
    .select(['accounts.id as accountId', 'accounts.email', 'accounts.language', 'accounts.time_zone'])
    .where('accounts.disabled_at', 'is', null);
  if (teamId === null) return people.where('accounts.platform_role', '=', 'admin').execute();
  return people
    .innerJoin('team_members', 'team_members.account_id', 'accounts.id')
    .where('team_members.team_id', '=', teamId)
    .where('team_members.role', 'in', [...roles])
    .execute();
}

/** A person who is not disabled, by id; empty for anyone else, such as an app that acts by itself. */
export function findAddress(db: Db, accountId: string | null): Promise<Address[]> {
  return db
    .selectFrom('accounts')
    .select(['id as accountId', 'email', 'language', 'time_zone'])
    .where('id', '=', accountId ?? '')
    .where('disabled_at', 'is', null)
    .execute();
}
