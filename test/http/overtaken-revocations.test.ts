import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { deletePerson } from '../../src/accounts/delete-person.ts';
import { disableAccount, withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { suspendApi } from '../../src/apis/api-lifecycle.ts';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { openPostgres } from '../../src/db/connections/connection.ts';
import { assignRole, unassignRole } from '../../src/roles/holders.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { cancelSubscription } from '../../src/subscriptions/subscriptions.ts';
import { suspendTeam } from '../../src/teams/suspension.ts';
import { connect as connectDevice, poll, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { obtainCode, signIn } from '../support/relying-app.ts';
import { anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement } from '../support/statements.ts';
import { aTeam } from '../support/teams.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { LISTEN: 'off' } });
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
  releaseTime();
});

/** An app and a person whose role at the API gives reports:write, and the API's resource server. */
async function aSetting() {
  const { db } = server.database;
  const api = await anApiWithRoles(server.database);
  const team = await aTeam(server);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read', 'reports:write'] }];
  const app = await aClient(server.database, { type: 'web', team: team.id, subscriptions });
  const device = await aClient(server.database, { type: 'device', team: team.id, subscriptions });
  const resourceServer = await aClient(server.database, { type: 'machine' });
  const introspection = { apiIdentifier: api.identifier, clientId: resourceServer.clientId };
  await allowIntrospection(db, introspection, byOperator());
  const person = await aPerson(server.database);
  const role = await aRole(server.database, api.id, ['reports:write']);
  await assignRole(db, role.id, { person: person.email }, byOperator());
  return { api, team, app, device, resourceServer, person, role };
}
type Setting = Awaited<ReturnType<typeof aSetting>>;

const scope = 'openid offline_access reports:read reports:write';

/** What each grant has before its exchange. */
const grants: [string, (setting: Setting) => Promise<() => ReturnType<typeof post>>][] = [
  [
    'a code',
    async ({ api, app, person }) => {
      const { form } = await obtainCode(server, app, person, { scope, prompt: 'consent', resource: api.identifier });
      return () => post(server, '/token', form, app);
    },
  ],
  [
    'a refresh token',
    async ({ api, app, person }) => {
      const parameters = { scope, prompt: 'consent', resource: api.identifier };
      const { tokens } = await signIn(server, app, person, { parameters });
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
      return () => post(server, '/token', form, app);
    },
  ],
  [
    'a device code',
    async ({ api, device, person }) => {
      const started = await startDevice(server, device, { scope, resource: api.identifier });
      await connectDevice(new Person(server.issuer), started.user_code, person);
      return () => poll(server, device, started);
    },
  ],
];

type Db = TestServer['database']['db'];
const endings: [string, (setting: Setting, db: Db) => Promise<unknown>][] = [
  [
    'the role is taken away',
    ({ role, person }, db) => unassignRole(db, role.id, { accountId: person.account.id }, byOperator()),
  ],
  [
    'the subscription is cancelled',
    async ({ app, device, api }, db) => {
      for (const { clientId } of [app, device]) {
        const subscription = { clientId, apiIdentifier: api.identifier, reason: 'test' };
        await cancelSubscription(db, subscription, byOperator());
      }
    },
  ],
  ['the API is suspended', ({ api }, db) => suspendApi(db, api, { reason: 'test' }, byOperator())],
  [
    'the team of the app is suspended',
    ({ team }, db) => suspendTeam(db, { teamId: team.id, reason: 'test' }, byOperator()),
  ],
  [
    'the app is disabled',
    async ({ app, device }, db) => {
      for (const { clientId } of [app, device]) {
        await disableClient(db, { clientId, reason: 'test' }, byOperator());
      }
    },
  ],
  [
    'the person is disabled',
    ({ person }, db) => disableAccount(db, { accountId: person.account.id, reason: 'test' }, byOperator()),
  ],
  ['the person is deleted', ({ person }, db) => deletePerson(db, person.account.id, byOperator())],
  [
    'the consent is withdrawn',
    async ({ app, device, person }, db) => {
      for (const { clientId } of [app, device]) {
        await withdrawConsent(db, { accountId: person.account.id, clientId }, byOperator());
      }
    },
  ],
];

/** What a request gets that comes after such an ending. */
const refusals: Record<string, string> = {
  'the subscription is cancelled': '400 invalid_target',
  'the API is suspended': '400 invalid_target',
  'the team of the app is suspended': '401 invalid_client',
  'the app is disabled': '401 invalid_client',
  'the person is disabled': '400 invalid_grant',
  'the person is deleted': '400 invalid_grant',
  'the consent is withdrawn': '400 invalid_grant',
};

const isActive = async ({ resourceServer }: Setting, token: string) =>
  (await post(server, '/token/introspection', { token }, resourceServer)).body;

describe.each(grants)(
  'an exchange of %s has nothing that lasts when, after roles were read for it,',
  (_what, prepare) => {
    it.each(endings)('%s seconds before its token is made', async (_ending, happens) => {
      const setting = await aSetting();
      const exchange = await prepare(setting);
      controlTime();
      afterStatement('from role_accounts', async () => {
        await happens(setting, server.database.db);
        travel(5);
      });
      const { status, body } = await exchange();
      if (status === 200) expect(await isActive(setting, body.access_token)).toEqual({ active: false });
      else expect([400, 401]).toContain(status);
    });
  },
);

describe('a refresh that is tried again because its answer was lost', () => {
  it.each(endings.slice(1))('is refused like any other when meanwhile %s', async (ending, happens) => {
    const setting = await aSetting();
    const { api, app, person } = setting;
    await server.database.db
      .updateTable('clients')
      .set({ refresh_retry_seconds: 60 })
      .where('id', '=', app.clientId)
      .execute();
    const parameters = { scope, prompt: 'consent', resource: api.identifier };
    const { tokens } = await signIn(server, app, person, { parameters });
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const first = await post(server, '/token', form, app);
    expect((await post(server, '/token', form, app)).text).toBe(first.text);
    await happens(setting, server.database.db);
    const again = await post(server, '/token', form, app);
    expect(`${again.status} ${again.body.error}`).toBe(refusals[ending]);
  });
});

describe('a process that has not yet heard of a change', () => {
  it.each(endings.slice(1, 5))('gives no token, or one that is refused, when %s', async (ending, happens) => {
    if (!server.databaseUrl) return;
    const setting = await aSetting();
    const { api, team } = setting;
    const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
    const app = await aClient(server.database, { type: 'machine', team: team.id, subscriptions });
    expect((await requestToken(server, app)).status).toBe(200);
    controlTime();
    const elsewhere = openPostgres(server.databaseUrl, 1, () => {});
    await happens({ ...setting, app }, elsewhere.db).finally(() => elsewhere.close());
    travel(1);
    const { status, body } = await requestToken(server, app);
    if (status === 200) expect(await isActive(setting, body.access_token)).toEqual({ active: false });
    else expect(`${status} ${body.error}`).toBe(refusals[ending]);
  });
});
