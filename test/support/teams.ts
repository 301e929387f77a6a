import { randomBytes } from 'node:crypto';
import type { Action, By } from '../../src/access.ts';
import type { TeamRole } from '../../src/db/tables/teams.ts';
import { findAccess } from '../../src/teams/members.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { aPerson } from './factories.ts';
import type { TestServer } from './server.ts';

/** A team, and how to put people into it. */
export async function aTeam(
  { database: { db } }: Pick<TestServer, 'database'>,
  name = `Team ${randomBytes(4).toString('hex')}`,
) {
  const operator = { actor: { type: 'operator' }, now: new Date() } as const;
  const team = await createTeam(db, { name }, operator);
  return team;
}

/** A person with a role in a team, or on the platform. */
export async function aMember(
  server: Pick<TestServer, 'database'>,
  roles: { team?: string; role?: TeamRole; platform?: 'admin' | 'auditor' } = {},
) {
  const { db } = server.database;
  const person = await aPerson(server.database);
  const { id } = person.account;
  if (roles.team) {
    const member = { team_id: roles.team, account_id: id, role: roles.role ?? 'developer' };
    await db
      .insertInto('team_members')
      .values({ ...member, created_at: new Date() })
      .execute();
  }
  if (roles.platform) {
    await db.updateTable('accounts').set({ platform_role: roles.platform }).where('id', '=', id).execute();
  }
  return person;
}

/** What actions take last, for a person: with their rights as of now. */
export async function byPerson(
  server: Pick<TestServer, 'database'>,
  { account }: { account: { id: string } },
  tokenAllows?: readonly Action[],
): Promise<By> {
  const access = await findAccess(server.database.db, account.id);
  if (!access) throw new Error('no such person');
  return {
    actor: { type: 'account', id: account.id },
    now: new Date(),
    access: { ...access, ...(tokenAllows ? { tokenAllows: new Set(tokenAllows) } : {}) },
  };
}
