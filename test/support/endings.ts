import { deletePerson } from '../../src/accounts/delete-person.ts';
import * as people from '../../src/accounts/lifecycle.ts';
import { deleteApi, suspendApi } from '../../src/apis/api-lifecycle.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { deleteClient, disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { assignRole, unassignRole } from '../../src/roles/holders.ts';
import { deleteRole } from '../../src/roles/roles.ts';
import { endSubscription, suspendSubscription } from '../../src/subscriptions/lifecycle.ts';
import { suspendTeam } from '../../src/teams/suspension.ts';
import { aClient, aPerson } from './factories.ts';
import { anApiWithRoles, aRole, byOperator } from './roles.ts';
import type { TestServer } from './server.ts';
import { aTeam } from './teams.ts';

export const SCOPE = 'openid offline_access reports:read';

/** A person with the one role that an app's one API wants, all of which a team of its own looks after. */
export async function aWorld(server: TestServer, type: 'web' | 'device') {
  const { database } = server;
  const team = await aTeam(server);
  const api = await anApiWithRoles(database, { needsRole: ['reports:read'] });
  await database.db.updateTable('apis').set({ team_id: team.id }).where('id', '=', api.id).execute();
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const refreshRetrySeconds = type === 'web' ? 60 : 0;
  const app = await aClient(database, { type, subscriptions, team: team.id, refreshRetrySeconds });
  const ada = await aPerson(database);
  const role = await aRole(database, api.id, ['reports:read']);
  await assignRole(database.db, role.id, { person: ada.email }, byOperator());
  return { server, team, api, app, ada, role };
}

export type World = Awaited<ReturnType<typeof aWorld>>;

const reason = 'test';
const by = byOperator;

async function subscriptionOf({ server, app }: World): Promise<{ id: string }> {
  const { db } = server.database;
  return db.selectFrom('subscriptions').select('id').where('client_id', '=', app.clientId).executeTakeFirstOrThrow();
}

/** What can end between two steps of a sign-in, a device or a refresh, by name. */
export const ENDINGS = {
  'nothing ended': async () => {},
  'sessions ended': ({ server, ada }) => people.endSessions(server.database.db, ada.account.id, by()),
  'password changed': ({ server, ada }) =>
    people.changePassword(server.database.db, { accountId: ada.account.id, password: 'another long password' }, by()),
  'person disabled': ({ server, ada }) =>
    people.disableAccount(server.database.db, { accountId: ada.account.id, reason }, by()),
  'person disabled for a while': async ({ server: { database }, ada: { account } }) => {
    await people.disableAccount(database.db, { accountId: account.id, reason }, by());
    await people.enableAccount(database.db, account.id, by());
  },
  'person deleted': ({ server, ada }) => deletePerson(server.database.db, ada.account.id, by()),
  'consent withdrawn': ({ server, ada, app }) =>
    people.withdrawConsent(server.database.db, { accountId: ada.account.id, clientId: app.clientId }, by()),
  'app disabled': ({ server, app }) => disableClient(server.database.db, { clientId: app.clientId, reason }, by()),
  'app disabled for a while': async ({ server: { database }, app: { clientId } }) => {
    await disableClient(database.db, { clientId, reason }, by());
    await enableClient(database.db, clientId, by());
  },
  'app deleted': ({ server, app }) => deleteClient(server.database.db, { clientId: app.clientId }, by()),
  'redirect address removed': ({ server, app }) =>
    updateClient(
      server.database.db,
      { clientId: app.clientId, changes: { redirectUris: ['https://other.example.com/callback'] } },
      by(),
    ),
  'team suspended': ({ server, team }) => suspendTeam(server.database.db, { teamId: team.id, reason }, by()),
  'API suspended': ({ server, api }) => suspendApi(server.database.db, { id: api.id }, { reason }, by()),
  'API deleted': ({ server, api }) => deleteApi(server.database.db, { id: api.id }, by()),
  'scope removed': ({ server, api }) =>
    updateApi(server.database.db, { id: api.id }, { scopes: [{ name: 'reports:write', description: '' }] }, by()),
  'subscription suspended': async (world) =>
    suspendSubscription(
      world.server.database.db,
      createOutbox(world.server.secrets.masterKeys, world.server.issuer),
      await subscriptionOf(world),
      { reason },
      by(),
    ),
  'subscription ended': async (world) =>
    endSubscription(world.server.database.db, undefined, await subscriptionOf(world), { reason }, by()),
  'role taken': ({ server, role, ada }) =>
    unassignRole(server.database.db, role.id, { accountId: ada.account.id }, by()),
  'role deleted': ({ server, role }) => deleteRole(server.database.db, role.id, by()),
} satisfies Record<string, (world: World) => Promise<unknown>>;

export type Ending = keyof typeof ENDINGS;
