import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { updateApi } from '../../src/apis/update-api.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { assignRole } from '../../src/roles/holders.ts';
import { updateRole } from '../../src/roles/roles.ts';
import { requestSubscription, withdrawRequest } from '../../src/subscriptions/requests.ts';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { invite } from '../../src/teams/invitations.ts';
import { changeMemberRole } from '../../src/teams/members.ts';
import { renameTeam } from '../../src/teams/teams.ts';
import { aClient, aPerson } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { aGroup, anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const db = () => server.database.db;
const outbox = () => createOutbox(server.secrets.masterKeys, server.issuer);

/** A team with an owner who looks at its pages, an API with a role, and an app that asks for it. */
async function aWorld() {
  const team = await aTeam(server);
  const grace = await aMember(server, { team: team.id, role: 'owner', platform: 'admin' });
  const ada = await aMember(server, { team: team.id, role: 'developer' });
  const api = await anApiWithRoles(server.database);
  await db().updateTable('apis').set({ team_id: team.id }).where('id', '=', api.id).execute();
  await db().updateTable('api_scopes').set({ needs_approval: true }).where('api_id', '=', api.id).execute();
  const role = await aRole(server.database, api.id, ['reports:read']);
  const app = await aClient(server.database, { type: 'machine', team: team.id });
  const wish = { clientId: app.clientId, api: api.identifier, reason: 'For reports' };
  const asked = await requestSubscription(db(), outbox(), { ...wish, scopes: ['reports:read'] }, byOperator());
  const group = await aGroup(server.database, [], role.id);
  return { team, ada, api, role, app, wish, asked, group, visitor: await aVisitor(server, grace) };
}
type World = Awaited<ReturnType<typeof aWorld>>;

interface Form {
  readonly page: (world: World) => string;
  readonly action: (world: World) => string;
  readonly fields?: (world: World) => Record<string, string>;
  readonly change: (world: World) => Promise<unknown>;
  /** What would be so if the form had done something. */
  readonly isDone: (world: World) => Promise<boolean>;
}

const scopesOf = async ({ asked }: World) =>
  (await db().selectFrom('subscriptions').select('scopes').where('id', '=', asked.id).executeTakeFirstOrThrow()).scopes;
const hasApp = async ({ app }: World) =>
  (await db().selectFrom('clients').select('id').where('id', '=', app.clientId).executeTakeFirst()) !== undefined;
const hasApi = async ({ api }: World) =>
  (await db().selectFrom('apis').select('id').where('id', '=', api.id).executeTakeFirst()) !== undefined;
const anotherApp = async ({ api }: World) => {
  const { clientId } = await aClient(server.database, { type: 'machine' });
  return subscribe(db(), { clientId, apiIdentifier: api.identifier, scopes: ['reports:read'] }, byOperator());
};

const FORMS: Record<string, Form> = {
  'an approval, when more is asked for': {
    page: () => '/approvals',
    action: ({ asked }) => `/subscriptions/${asked.id}/approve`,
    fields: () => ({ scopes: 'reports:read' }),
    change: async ({ asked, wish }) => {
      await withdrawRequest(db(), { id: asked.id }, byOperator());
      const more = { ...wish, scopes: ['reports:read', 'reports:write'] };
      return requestSubscription(db(), outbox(), more, byOperator());
    },
    isDone: async (world) => (await scopesOf(world)).length > 0,
  },
  'an approval, when the app has another name': {
    page: () => '/approvals',
    action: ({ asked }) => `/subscriptions/${asked.id}/approve`,
    fields: () => ({ scopes: 'reports:read' }),
    change: ({ app }) =>
      updateClient(db(), { clientId: app.clientId, changes: { name: 'Somebody else' } }, byOperator()),
    isDone: async (world) => (await scopesOf(world)).length > 0,
  },
  'an approval, when the scope means something else': {
    page: () => '/approvals',
    action: ({ asked }) => `/subscriptions/${asked.id}/approve`,
    fields: () => ({ scopes: 'reports:read' }),
    change: ({ api }) =>
      updateApi(
        db(),
        { id: api.id },
        { scopes: [{ name: 'reports:read', description: 'Delete everything', needsApproval: true }] },
        byOperator(),
      ),
    isDone: async (world) => (await scopesOf(world)).length > 0,
  },
  'the deletion of an API, when more apps use it': {
    page: ({ api }) => `/apis/${api.id}/delete`,
    action: ({ api }) => `/apis/${api.id}/delete`,
    fields: ({ api }) => ({ typed: api.name }),
    change: anotherApp,
    isDone: async (world) => !(await hasApi(world)),
  },
  'the deletion of an app that is called something else': {
    page: ({ app }) => `/apps/${app.clientId}/delete`,
    action: ({ app }) => `/apps/${app.clientId}/delete`,
    fields: ({ app }) => ({ typed: app.client.name }),
    change: ({ app }) =>
      updateClient(db(), { clientId: app.clientId, changes: { name: 'The one that matters' } }, byOperator()),
    isDone: async (world) => !(await hasApp(world)),
  },
  'the removal of a member from a team that is called something else': {
    page: ({ team, ada }) => `/teams/${team.id}/members/${ada.account.id}/remove`,
    action: ({ team, ada }) => `/teams/${team.id}/members/${ada.account.id}/remove`,
    change: ({ team }) => renameTeam(db(), { teamId: team.id, name: `${team.name} two` }, byOperator()),
    isDone: async ({ team }) => {
      const members = await db().selectFrom('team_members').select('role').where('team_id', '=', team.id).execute();
      return members.length < 2;
    },
  },
  'the role of a member who has another by now': {
    page: ({ team }) => `/teams/${team.id}`,
    action: ({ team, ada }) => `/teams/${team.id}/members/${ada.account.id}`,
    fields: () => ({ role: 'owner' }),
    change: ({ team, ada }) =>
      changeMemberRole(db(), { teamId: team.id, accountId: ada.account.id, role: 'viewer' }, byOperator()),
    isDone: async ({ ada }) => {
      const members = db().selectFrom('team_members').select('role').where('account_id', '=', ada.account.id);
      return (await members.executeTakeFirstOrThrow()).role === 'owner';
    },
  },
  'a role that gives more by now': {
    page: ({ api, role }) => `/apis/${api.id}/roles/${role.id}`,
    action: ({ role }) => `/roles/${role.id}/people`,
    fields: ({ ada }) => ({ person: ada.email }),
    change: ({ role }) => updateRole(db(), role.id, { scopes: ['reports:read', 'reports:write'] }, byOperator()),
    isDone: async ({ role }) => {
      const holders = await db().selectFrom('role_accounts').select('role_id').where('role_id', '=', role.id).execute();
      return holders.length > 0;
    },
  },
  'a group that has more roles by now': {
    page: ({ group }) => `/operator/groups/${group.id}`,
    action: ({ group }) => `/operator/groups/${group.id}/people`,
    fields: ({ ada }) => ({ person: ada.email }),
    change: async ({ api, group }) => {
      const other = await aRole(server.database, api.id, ['reports:write']);
      return assignRole(db(), other.id, { groupId: group.id }, byOperator());
    },
    isDone: async ({ group }) => {
      const all = await db().selectFrom('group_members').select('group_id').where('group_id', '=', group.id).execute();
      return all.length > 0;
    },
  },
};

const refused = (page: Awaited<ReturnType<Person['visit']>>) => [
  page.response.status,
  page.text.includes('has changed since you opened it'),
];

describe.each(Object.entries(FORMS))('%s', (_what, { page, action, fields, change, isDone }) => {
  it('is shown again, and nothing is done', async () => {
    const world = await aWorld();
    const before = await world.visitor.visit(page(world));
    await change(world);
    const again = await world.visitor.submit(before, action(world), fields?.(world));
    expect(refused(again)).toEqual([expect.any(Number), true]);
    expect([400, 409]).toContain(again.response.status);
    expect(await isDone(world)).toBe(false);
  });

  it('is done where nothing has changed', async () => {
    const world = await aWorld();
    await world.visitor.submit(await world.visitor.visit(page(world)), action(world), fields?.(world));
    expect(await isDone(world)).toBe(true);
  });
});

describe('an invitation', () => {
  it('into a team that is called something else by now is shown again', async () => {
    const { team } = await aWorld();
    const ada = await aPerson(server.database);
    await invite(db(), outbox(), { email: ada.email, teamId: team.id, role: 'viewer' }, byOperator());
    const visitor = await aVisitor(server, ada);
    const page = await visitor.visit('/teams');
    await renameTeam(db(), { teamId: team.id, name: `${team.name} two` }, byOperator());
    expect((await visitor.submit(page, '/accept')).response.status).toBe(409);
    const own = () => db().selectFrom('team_members').where('account_id', '=', ada.account.id).select('role').execute();
    expect(await own()).toEqual([]);
    await visitor.submit(await visitor.visit('/teams'), '/accept');
    expect(await own()).toEqual([{ role: 'viewer' }]);
  });
});
