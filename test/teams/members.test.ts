import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableAccount } from '../../src/accounts/lifecycle.ts';
import { setPlatformRole } from '../../src/accounts/platform-roles.ts';
import { listMembers } from '../../src/teams/list-members.ts';
import { changeMemberRole, leaveTeam, removeMember } from '../../src/teams/members.ts';
import { createTeam, deleteTeam, listTeams, renameTeam } from '../../src/teams/teams.ts';
import { aClient } from '../support/factories.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
let db: TestServer['database']['db'];
beforeAll(async () => {
  server = await startTestServer();
  db = server.database.db;
});
afterAll(() => server.stop());

type Role = 'owner' | 'developer' | 'viewer';
type Someone = Awaited<ReturnType<typeof aMember>>;

/** A team with one member of each of these roles. */
async function aTeamOf(...roles: Role[]) {
  const team = await aTeam(server);
  const people: Someone[] = [];
  for (const role of roles) people.push(await aMember(server, { team: team.id, role }));
  const [first, second] = people as [Someone, Someone];
  return { teamId: team.id, first, second };
}

const idOf = (person: Someone) => person.account.id;
const rolesIn = async (teamId: string) =>
  (await listMembers(db, teamId, {}, byOperator())).rows.map(({ role }) => role).sort();

const refused = (code: string, words: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(words) });

describe('the last owner of a team', () => {
  it('stays: neither leaves, nor is removed, nor gets a lesser role, whoever asks', async () => {
    const { teamId, first } = await aTeamOf('owner', 'developer');
    const accountId = idOf(first);
    const [self, admin] = [
      await byPerson(server, first),
      await byPerson(server, await aMember(server, { platform: 'admin' })),
    ];
    const last = refused('conflict', 'last owner');
    await expect(leaveTeam(db, teamId, self)).rejects.toEqual(last);
    for (const by of [self, admin, byOperator()]) {
      await expect(removeMember(db, { teamId, accountId }, by)).rejects.toEqual(last);
      await expect(changeMemberRole(db, { teamId, accountId, role: 'viewer' }, by)).rejects.toEqual(last);
    }
    expect(await rolesIn(teamId)).toEqual(['developer', 'owner']);
  });

  it('is one who can sign in: an owner who is disabled does not count', async () => {
    const { teamId, first, second } = await aTeamOf('owner', 'owner');
    await disableAccount(db, { accountId: idOf(second), reason: 'gone' }, byOperator());
    await expect(leaveTeam(db, teamId, await byPerson(server, first))).rejects.toEqual(
      refused('conflict', 'last owner'),
    );
    await removeMember(db, { teamId, accountId: idOf(second) }, byOperator());
    expect(await rolesIn(teamId)).toEqual(['owner']);
  });

  it('is left when two owners go at the same time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { teamId, first, second } = await aTeamOf('owner', 'owner');
      const outcomes = await Promise.allSettled([
        leaveTeam(db, teamId, await byPerson(server, first)),
        changeMemberRole(db, { teamId, accountId: idOf(second), role: 'viewer' }, byOperator()),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await rolesIn(teamId)).filter((role) => role === 'owner')).toHaveLength(1);
    }
  });
});

describe('the last administrator', () => {
  it('stays too, also when two demote each other at the same time', async () => {
    await db.updateTable('accounts').set({ platform_role: null }).execute();
    const [one, two] = [await aMember(server, { platform: 'admin' }), await aMember(server, { platform: 'admin' })];
    const [byOne, byTwo] = [await byPerson(server, one), await byPerson(server, two)];
    const outcomes = await Promise.allSettled([
      setPlatformRole(db, { accountId: idOf(two), role: 'none' }, byOne),
      setPlatformRole(db, { accountId: idOf(one), role: 'auditor' }, byTwo),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [left] = await db.selectFrom('accounts').select('id').where('platform_role', '=', 'admin').execute();
    const by = left?.id === idOf(one) ? byOne : byTwo;
    const last = refused('conflict', 'last administrator');
    await expect(disableAccount(db, { accountId: left?.id ?? '', reason: 'oops' }, by)).rejects.toEqual(last);
    await expect(setPlatformRole(db, { accountId: left?.id ?? '', role: 'none' }, by)).rejects.toEqual(last);
    await setPlatformRole(db, { accountId: left?.id ?? '', role: 'none' }, byOperator());
  });
});

describe('a team', () => {
  it('is deleted only when it owns nothing, and takes no one else along', async () => {
    const { teamId, first } = await aTeamOf('owner', 'viewer');
    const app = await aClient(server.database, { type: 'machine' });
    await db.updateTable('clients').set({ team_id: teamId }).where('id', '=', app.clientId).execute();
    const by = await byPerson(server, first);
    await expect(deleteTeam(db, teamId, by)).rejects.toEqual(refused('conflict', 'apps or APIs'));
    await db.updateTable('clients').set({ team_id: null }).where('id', '=', app.clientId).execute();
    await deleteTeam(db, teamId, by);
    await expect(deleteTeam(db, teamId, byOperator())).rejects.toEqual(refused('not_found', teamId));
    expect(await db.selectFrom('accounts').select('id').where('id', '=', idOf(first)).execute()).toHaveLength(1);
  });

  it('is renamed by who has read its newest version', async () => {
    const { teamId, first } = await aTeamOf('owner', 'viewer');
    const by = await byPerson(server, first);
    const renamed = await renameTeam(db, { teamId, name: `Renamed ${teamId}`, version: 1 }, by);
    expect(renamed.version).toBe(2);
    const late = renameTeam(db, { teamId, name: 'Too late', version: 1 }, by);
    await expect(late).rejects.toEqual(refused('precondition_failed', 'changed'));
    const taken = renameTeam(db, { teamId: (await aTeam(server)).id, name: `RENAMED  ${teamId}` }, byOperator());
    await expect(taken).rejects.toEqual(refused('conflict', 'already'));
    const control = renameTeam(db, { teamId, name: 'Two\nlines' }, by);
    await expect(control).rejects.toThrow('one line');
  });

  it('takes nothing that a form has no field for', async () => {
    const wanted = { name: 'Sneaky', suspended_at: null, id: 'team_mine' } as { name: string };
    await expect(createTeam(db, wanted, byOperator())).rejects.toThrow('nrecognized');
  });

  it('is in a list that goes on where the page before ended', async () => {
    const member = await aMember(server);
    for (let i = 0; i < 5; i += 1) {
      await createTeam(db, { name: `Paged ${i}`, owner: idOf(member) }, byOperator());
    }
    const by = await byPerson(server, member);
    const names: string[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 3; pages += 1) {
      const page = await listTeams(db, { limit: 2, cursor }, by);
      names.push(...page.rows.map(({ name }) => name));
      cursor = page.next;
    }
    expect(names).toEqual(['Paged 4', 'Paged 3', 'Paged 2', 'Paged 1', 'Paged 0']);
    expect((await listTeams(db, { search: 'ged 3' }, by)).rows.map(({ name }) => name)).toEqual(['Paged 3']);
    expect((await listTeams(db, { search: '%' }, by)).rows).toEqual([]);
  });
});
