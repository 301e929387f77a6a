import { randomBytes } from 'node:crypto';
import type { Access, By } from '../../src/access.ts';
import type { Database } from '../../src/db/connections/connection.ts';
import type { TeamRole } from '../../src/db/tables/teams.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { aPerson } from './factories.ts';

/** A team of its own, made by the operator. */
export function aTeam({ db }: Database, name = `Team ${randomBytes(4).toString('hex')}`) {
  return createTeam(db, { name }, { actor: { type: 'operator' }, now: new Date() });
}

/** A person with a role in a team, or on the platform, as the actions see them. */
export async function someoneWith(
  database: Database,
  rights: { team?: string; role?: TeamRole; platformRole?: 'admin' | 'auditor'; tokenAllows?: Access['tokenAllows'] },
) {
  const person = await aPerson(database);
  const { team, role, platformRole = null, tokenAllows } = rights;
  const { id } = person.account;
  const { db } = database;
  if (team && role) {
    const member = { team_id: team, account_id: id, role, created_at: new Date() };
    await db.insertInto('team_members').values(member).execute();
  }
  if (platformRole)
    await db.updateTable('accounts').set({ platform_role: platformRole }).where('id', '=', id).execute();
  const access: Access = {
    platformRole,
    teams: new Map(team && role ? [[team, role]] : []),
    ...(tokenAllows ? { tokenAllows } : {}),
  };
  const by = (now = new Date()): By => ({ actor: { type: 'account', id }, now, access });
  return { ...person, by };
}
