import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deletePerson } from '../../src/accounts/delete-person.ts';
import { disableAccount } from '../../src/accounts/lifecycle.ts';
import { updatePerson } from '../../src/accounts/update-person.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { addToGroup } from '../../src/roles/groups.ts';
import { assignRole } from '../../src/roles/holders.ts';
import { addMember } from '../../src/teams/add-member.ts';
import { invite } from '../../src/teams/invitations.ts';
import { acceptInvitation } from '../../src/teams/joining.ts';
import { changeMemberRole } from '../../src/teams/members.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { aPerson } from '../support/factories.ts';
import { aGroup, anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
let db: TestServer['database']['db'];
beforeAll(async () => {
  server = await startTestServer();
  db = server.database.db;
});
afterAll(() => server.stop());

type Someone = Awaited<ReturnType<typeof aPerson>>;
const idOf = (person: Someone) => person.account.id;
const anAddress = () => `${randomBytes(6).toString('hex')}@example.com`;
const refused = (code: string, words = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(words) });
const rowOf = (id: string) => db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
const eventsOf = (id: string) =>
  db
    .selectFrom('audit_events')
    .select(['type', 'detail'])
    .where('account_id', '=', id)
    .where('type', 'in', ['account.updated', 'account.deleted'])
    .execute();
const outbox = () => createOutbox(server.secrets.masterKeys, server.issuer);

async function anOwner() {
  const team = await aTeam(server);
  return { team, owner: await aMember(server, { team: team.id, role: 'owner' }) };
}

describe('changing a person', () => {
  it('changes the fields that are named, once, and the audit trail names them without their values', async () => {
    const person = await aPerson(server.database);
    const [accountId, email] = [idOf(person), anAddress()];
    await db.updateTable('accounts').set({ email_verified_at: null }).where('id', '=', accountId).execute();
    const named = await updatePerson(db, { accountId, changes: { name: ' Ada King ' } }, byOperator());
    expect(named).toMatchObject({ name: 'Ada King', email: person.email, email_verified_at: null, version: 2 });
    const moved = await updatePerson(db, { accountId, changes: { name: 'Ada King', email } }, byOperator());
    expect(moved).toMatchObject({ name: 'Ada King', email, email_verified_at: expect.any(Date), version: 3 });
    expect(await updatePerson(db, { accountId, changes: { name: 'Ada King', email } }, byOperator())).toEqual(moved);
    expect(await eventsOf(accountId)).toEqual([
      { type: 'account.updated', detail: { accountId, fields: ['name'] } },
      { type: 'account.updated', detail: { accountId, fields: ['email'] } },
    ]);
  });

  it('refuses somebody else’s address in every spelling, and takes another spelling of their own', async () => {
    const [ada, grace] = [await aPerson(server.database), await aPerson(server.database)];
    const change = (person: Someone, email: string) =>
      updatePerson(db, { accountId: idOf(person), changes: { email } }, byOperator());
    await expect(change(ada, grace.email.toUpperCase())).rejects.toEqual(refused('conflict', 'exists already'));
    const [local = '', domain] = ada.email.split('@');
    const email = `${local.toUpperCase()}@${domain}`;
    expect(await change(ada, ada.email.toUpperCase())).toMatchObject({ email });
  });

  it.each([
    [{ name: 'Ada\u202Egrace' }, 'without marks'],
    [{ name: ' ' }, 'needs a name'],
    [{ email: 'not an address' }, 'email address'],
    [{ platform_role: 'admin' }, 'nrecognized'],
  ])('refuses %j', async (changes, words) => {
    const accountId = idOf(await aPerson(server.database));
    await expect(updatePerson(db, { accountId, changes: changes as object }, byOperator())).rejects.toThrow(words);
    expect(await eventsOf(accountId)).toEqual([]);
  });

  it('is for administrators, who have read the newest version', async () => {
    const [ada, admin] = [await aPerson(server.database), await aMember(server, { platform: 'admin' })];
    const auditor = await byPerson(server, await aMember(server, { platform: 'auditor' }));
    const update = { accountId: idOf(ada), changes: { name: 'Mallory' } };
    await expect(updatePerson(db, update, await byPerson(server, ada))).rejects.toEqual(refused('not_found'));
    await expect(updatePerson(db, update, auditor)).rejects.toEqual(refused('forbidden'));
    const byAdmin = await byPerson(server, admin);
    await expect(updatePerson(db, { ...update, version: 7 }, byAdmin)).rejects.toEqual(refused('precondition_failed'));
    const nobody = { ...update, accountId: 'usr_nobody' };
    await expect(updatePerson(db, nobody, byAdmin)).rejects.toEqual(refused('not_found', 'usr_nobody'));
    expect(await rowOf(idOf(ada))).toMatchObject({ name: 'Ada Lovelace', version: 1 });
  });
});

describe('deleting a person', () => {
  it('is for administrators, who have read the newest version, and never oneself', async () => {
    const [ada, admin] = [await aPerson(server.database), await aMember(server, { platform: 'admin' })];
    await aMember(server, { platform: 'admin' });
    const [byAda, byAdmin] = [await byPerson(server, ada), await byPerson(server, admin)];
    const auditor = await byPerson(server, await aMember(server, { platform: 'auditor' }));
    await expect(deletePerson(db, idOf(ada), byAda)).rejects.toEqual(refused('not_found'));
    await expect(deletePerson(db, idOf(ada), auditor)).rejects.toEqual(refused('forbidden'));
    await expect(deletePerson(db, idOf(admin), byAdmin)).rejects.toEqual(refused('conflict', 'delete yourself'));
    const stale = deletePerson(db, { id: idOf(ada), version: 7 }, byAdmin);
    await expect(stale).rejects.toEqual(refused('precondition_failed'));
    await expect(deletePerson(db, 'usr_nobody', byAdmin)).rejects.toEqual(refused('not_found', 'usr_nobody'));
    await deletePerson(db, { id: idOf(ada), version: 1 }, byAdmin);
    expect(await rowOf(idOf(ada))).toBeUndefined();
    expect(await eventsOf(idOf(ada))).toEqual([{ type: 'account.deleted', detail: { accountId: idOf(ada) } }]);
  });

  it('is refused for the last administrator', async () => {
    await db.updateTable('accounts').set({ platform_role: null }).execute();
    const robot = {
      actor: { type: 'client', id: 'app_x' },
      access: { platformRole: 'admin', teams: new Map() },
    } as const;
    const [one, two] = [await aMember(server, { platform: 'admin' }), await aMember(server, { platform: 'admin' })];
    const outcomes = await Promise.allSettled([
      deletePerson(db, idOf(two), await byPerson(server, one)),
      deletePerson(db, idOf(one), await byPerson(server, two)),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [left] = await db.selectFrom('accounts').select('id').where('platform_role', '=', 'admin').execute();
    const last = deletePerson(db, left?.id ?? '', { ...robot, now: new Date() });
    await expect(last).rejects.toEqual(refused('conflict', 'last administrator'));
    await deletePerson(db, left?.id ?? '', byOperator());
  });

  it('is refused for the last owner of a team who can sign in, and names the team', async () => {
    const { team, owner } = await anOwner();
    await aMember(server, { team: team.id, role: 'developer' });
    const second = await aMember(server, { team: team.id, role: 'owner' });
    await disableAccount(db, { accountId: idOf(second), reason: 'test' }, byOperator());
    const words = `the last owner of the team ${team.name}.`;
    await expect(deletePerson(db, idOf(owner), byOperator())).rejects.toEqual(refused('conflict', words));
    expect(await rowOf(idOf(owner))).toBeDefined();
    await deletePerson(db, idOf(second), byOperator());
    await aMember(server, { team: team.id, role: 'owner' });
    await deletePerson(db, idOf(owner), byOperator());

    const { team: first, owner: busy } = await anOwner();
    for (const name of ['B', 'C', 'D'])
      await createTeam(db, { name: `${name} ${first.id}`, owner: idOf(busy) }, byOperator());
    await expect(deletePerson(db, idOf(busy), byOperator())).rejects.toEqual(
      refused('conflict', 'and of 1 more teams'),
    );
  });

  it('leaves an owner when two are deleted at the same time', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { team, owner } = await anOwner();
      const second = await aMember(server, { team: team.id, role: 'owner' });
      const outcomes = await Promise.allSettled([
        deletePerson(db, idOf(owner), byOperator()),
        deletePerson(db, idOf(second), byOperator()),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('leaves an owner when one is deleted and the other gets a lesser role at the same time', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { team, owner } = await anOwner();
      const second = await aMember(server, { team: team.id, role: 'owner' });
      const lesser = { teamId: team.id, accountId: idOf(second), role: 'viewer' };
      const outcomes = await Promise.allSettled([
        deletePerson(db, idOf(owner), byOperator()),
        changeMemberRole(db, lesser, byOperator()),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('ends the open invitations from them and to them, and no others', async () => {
    const { team, owner } = await anOwner();
    const other = await aMember(server, { team: team.id, role: 'owner' });
    const [byOwner, byOther] = [await byPerson(server, owner), await byPerson(server, other)];
    const into = async (teamId: string, email: string, by: typeof byOwner) =>
      (await invite(db, outbox(), { email, teamId, role: 'owner' }, by)).invitation.id;
    const sent = await into(team.id, anAddress(), byOwner);
    const got = await into((await aTeam(server)).id, owner.email.toUpperCase(), byOperator());
    const unrelated = await into(team.id, anAddress(), byOther);
    await deletePerson(db, idOf(owner), byOperator());
    const open = await db
      .selectFrom('invitations')
      .select('id')
      .where('id', 'in', [sent, got, unrelated])
      .where('withdrawn_at', 'is', null)
      .execute();
    expect(open).toEqual([{ id: unrelated }]);
    const told = await db
      .selectFrom('audit_events')
      .select('detail')
      .where('type', '=', 'invitation.withdrawn')
      .execute();
    const ended = told.map(({ detail }) => (detail as { invitationId: string }).invitationId);
    expect(ended).toEqual(expect.arrayContaining([sent, got]));
  });

  it('leaves nothing of what is given to them at the same time, and whoever gives it gets an error code', async () => {
    const api = await anApiWithRoles(server.database);
    const role = await aRole(server.database, api.id, ['reports:write']);
    const group = await aGroup(server.database, []);
    const { team } = await anOwner();
    const gifts: ((person: Someone) => Promise<unknown>)[] = [
      (person) => addMember(db, { teamId: team.id, accountId: idOf(person), role: 'owner' }, byOperator()),
      (person) => addToGroup(db, { groupId: group.id, accountId: idOf(person) }, byOperator()),
      (person) => assignRole(db, role.id, { person: person.email }, byOperator()),
      (person) => createTeam(db, { name: `Team of ${idOf(person)}`, owner: idOf(person) }, byOperator()),
    ];
    for (const give of [...gifts, ...gifts, ...gifts, ...gifts, ...gifts]) {
      const person = await aPerson(server.database);
      const [given, deleted] = await Promise.allSettled([give(person), deletePerson(db, idOf(person), byOperator())]);
      if (given.status === 'rejected') expect(['not_found', 'invalid_request']).toContain(given.reason.code);
      // A team that they own by then is what keeps them.
      if (deleted.status === 'rejected') expect(deleted.reason).toEqual(refused('conflict', 'last owner'));
      else expect(await rowOf(idOf(person))).toBeUndefined();
      const held = await db.selectFrom('team_members').select('role').where('account_id', '=', idOf(person)).execute();
      expect(held).toHaveLength(deleted.status === 'rejected' ? 1 : 0);
    }
  });

  it('at the same time as they accept an invitation leaves no member', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { team } = await anOwner();
      const person = await aPerson(server.database);
      const by = await byPerson(server, person);
      const wanted = { email: person.email, teamId: team.id, role: 'developer' as const };
      const { invitation } = await invite(db, outbox(), wanted, byOperator());
      const [accepted, deleted] = await Promise.allSettled([
        acceptInvitation(db, invitation.id, by),
        deletePerson(db, idOf(person), byOperator()),
      ]);
      expect(deleted.status).toBe('fulfilled');
      if (accepted.status === 'rejected') expect(accepted.reason).toEqual(refused('not_found'));
      const held = await db.selectFrom('team_members').select('role').where('account_id', '=', idOf(person)).execute();
      expect(held).toEqual([]);
    }
  });
});
