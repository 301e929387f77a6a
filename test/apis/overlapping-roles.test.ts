import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt } from 'jose';
import { findApi, findApiScopes } from '../../src/apis/apis.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { openPostgres } from '../../src/db/connections/connection.ts';
import { addToGroup, deleteGroup } from '../../src/roles/groups.ts';
import { assignRole, unassignRole } from '../../src/roles/holders.ts';
import { deleteRole, updateRole } from '../../src/roles/roles.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { aGroup, anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement } from '../support/statements.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

const BOTH = ['reports:read', 'reports:write'];
type Db = TestServer['database']['db'];

async function aSetting(options: Parameters<typeof anApiWithRoles>[1] = {}) {
  const api = await anApiWithRoles(server.database, options);
  const app = await aClient(server.database, { type: 'web', subscriptions: [{ api: api.identifier, scopes: BOTH }] });
  const role = await aRole(server.database, api.id, ['reports:write']);
  const group = await aGroup(server.database, [(await aPerson(server.database)).account.id], role.id);
  const person = await aPerson(server.database);
  const parameters = { scope: 'openid offline_access reports:read reports:write', prompt: 'consent' };
  // They had the role when they agreed, and lost it since without anyone's tokens being revoked.
  await assignRole(server.database.db, role.id, { person: person.email }, byOperator());
  const { tokens } = await signIn(server, app, person, { parameters: { ...parameters, resource: api.identifier } });
  await server.database.db.deleteFrom('role_accounts').where('account_id', '=', person.account.id).execute();
  return { api, app, role, group, person, tokens };
}
type Setting = Awaited<ReturnType<typeof aSetting>>;

const refresh = ({ app, tokens }: Setting) =>
  post(server, '/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }, app);

const isActive = async ({ app }: Setting, token: string) =>
  (await post(server, '/token/introspection', { token }, app)).body as unknown as { active: boolean; scope?: string };

/** With a connection that gives up waiting for a lock, which is as good as coming later. */
async function elsewhere(act: (db: Db) => Promise<unknown>): Promise<void> {
  const url = new URL(server.databaseUrl ?? '');
  url.searchParams.set('options', '-c lock_timeout=300');
  const other = openPostgres(url.href, 1, () => {});
  try {
    await act(other.db);
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error;
  } finally {
    await other.close();
  }
}

const losses: [string, (setting: Setting) => Promise<unknown>][] = [
  [
    'the role is taken from the group',
    ({ role, group }) => unassignRole(server.database.db, role.id, { groupId: group.id }, byOperator()),
  ],
  ['the role is deleted', ({ role }) => deleteRole(server.database.db, role.id, byOperator())],
  ['the role gives less', ({ role }) => updateRole(server.database.db, role.id, { scopes: [] }, byOperator())],
  ['the group is deleted', ({ group }) => deleteGroup(server.database.db, group.id, byOperator())],
];

describe('somebody who comes into a group', () => {
  it.each(losses)('has no token of its role afterwards when, at the same time, %s', async (_what, lose) => {
    if (!server.databaseUrl) return;
    const setting = await aSetting();
    let token = '';
    afterStatement('"group_members"', async () => {
      const member = { groupId: setting.group.id, accountId: setting.person.account.id };
      await elsewhere((db) => addToGroup(db, member, byOperator()));
      token = (await refresh(setting)).body.access_token;
    });
    await lose(setting);
    const { active, scope = '' } = await isActive(setting, token);
    expect(active && scope.includes('reports:write')).toBe(false);
  });
});

it('somebody who gets a role while it is deleted has no token of it afterwards', async () => {
  if (!server.databaseUrl) return;
  const setting = await aSetting();
  let token = '';
  afterStatement('"group_members"', async () => {
    await elsewhere((db) => assignRole(db, setting.role.id, { person: setting.person.email }, byOperator()));
    token = (await refresh(setting)).body.access_token;
  });
  await deleteRole(server.database.db, setting.role.id, byOperator());
  const { active, scope = '' } = await isActive(setting, token);
  expect(active && scope.includes('reports:write')).toBe(false);
});

describe('an API', () => {
  const change = async ({ api }: Setting, scopes: { name: string; needsRole?: boolean }[]) => {
    const current = await findApi(server.database.db, api.id);
    await updateApi(server.database.db, { id: current?.id ?? '' }, { scopes }, byOperator());
  };

  it('that wants a role for a scope from now on refuses the tokens that have the scope without one', async () => {
    const setting = await aSetting({ needsRole: [] });
    const token = setting.tokens.access_token;
    expect(decodeJwt(token).scope).toBe('reports:read reports:write');
    await change(setting, [{ name: 'reports:read' }, { name: 'reports:write', needsRole: true }]);
    expect(await isActive(setting, token)).toEqual({ active: false });
    expect(decodeJwt((await refresh(setting)).body.access_token).scope).toBe('reports:read');
  });

  it('that wants one no longer refuses nothing', async () => {
    const setting = await aSetting();
    await change(setting, [{ name: 'reports:read' }, { name: 'reports:write' }]);
    expect((await isActive(setting, setting.tokens.access_token)).active).toBe(true);
  });

  it('that loses a scope while a role is made with it has no role that would give it again', async () => {
    if (!server.databaseUrl) return;
    const setting = await aSetting();
    afterStatement('from "api_scopes"', () =>
      elsewhere((db) => updateApi(db, { id: setting.api.id }, { scopes: [{ name: 'reports:read' }] }, byOperator())),
    );
    const made = await aRole(server.database, setting.api.id, ['reports:write']);
    const offered = (await findApiScopes(server.database.db, setting.api.id)).map(({ name }) => name);
    const { scopes } = await server.database.db
      .selectFrom('roles')
      .select('scopes')
      .where('id', '=', made.id)
      .executeTakeFirstOrThrow();
    expect(scopes.filter((scope) => !offered.includes(scope))).toEqual([]);
  });
});
