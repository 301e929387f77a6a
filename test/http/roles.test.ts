import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { deleteGroup, removeFromGroup } from '../../src/roles/groups.ts';
import { assignRole, unassignRole } from '../../src/roles/holders.ts';
import { deleteRole, updateRole } from '../../src/roles/roles.ts';
import { connect as connectDevice, poll, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationRequest, authorizationUrl, discover, obtainCode, signIn } from '../support/relying-app.ts';
import { aGroup, anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type Api = Awaited<ReturnType<typeof anApiWithRoles>>;
type App = Awaited<ReturnType<typeof anApp>>;
type Someone = Awaited<ReturnType<typeof aPerson>>;

const BOTH = ['reports:read', 'reports:write'];
const anApp = (api: Api, options: { refreshRetrySeconds?: number } = {}) =>
  aClient(server.database, { type: 'web', subscriptions: [{ api: api.identifier, scopes: BOTH }], ...options });

const connect = (app: App, api: Api, person: Someone, scope = 'openid offline_access reports:read reports:write') =>
  signIn(server, app, person, { parameters: { scope, prompt: 'consent', resource: api.identifier } });

const refresh = (app: App, token: string | undefined, form: Record<string, string> = {}) =>
  post(server, '/token', { grant_type: 'refresh_token', refresh_token: token ?? '', ...form }, app);

const scopeOf = (token: string) => decodeJwt<{ scope?: string }>(token).scope;

const isLive = async (app: App, token: string) =>
  (await post(server, '/token/introspection', { token }, app)).body as unknown as { active: boolean; roles?: string[] };

/** An API whose reports:write needs a role, with an app, a person, and a role that has the scope. */
async function aSetting(options: Parameters<typeof anApiWithRoles>[1] = {}) {
  const api = await anApiWithRoles(server.database, options);
  const [app, person] = [await anApp(api), await aPerson(server.database)];
  const role = await aRole(server.database, api.id, ['reports:write']);
  const give = () => assignRole(server.database.db, role.id, { person: person.email }, byOperator());
  const take = () => unassignRole(server.database.db, role.id, { accountId: person.account.id }, byOperator());
  return { api, app, person, role, give, take };
}

describe('a scope that needs a role', () => {
  it('is not asked for on the consent page, and not in the token, of a person without the role', async () => {
    const { api, app, person } = await aSetting();
    const someone = new Person(server.issuer);
    const { url } = await authorizationRequest(await discover(server, app), {
      scope: 'openid reports:read reports:write',
      resource: api.identifier,
    });
    const consent = await someone.submit(await someone.visit(url.href), '/sign-in', person);
    expect(consent.text).toContain('May reports:read');
    expect(consent.text).not.toContain('May reports:write');

    const { tokens } = await connect(app, api, person);
    expect(scopeOf(tokens.access_token)).toBe('reports:read');
    expect(tokens.scope).toBe('reports:read');
  });

  it('is granted by a role, given directly or by a group', async () => {
    const { api, app, person, role, give } = await aSetting();
    await give();
    expect(scopeOf((await connect(app, api, person)).tokens.access_token)).toBe('reports:read reports:write');

    const other = await aPerson(server.database);
    await aGroup(server.database, [other.account.id], role.id);
    expect(scopeOf((await connect(app, api, other)).tokens.access_token)).toBe('reports:read reports:write');
  });

  it('is asked for once the person has the role', async () => {
    const { api, app, person, give } = await aSetting();
    const { person: browser } = await connect(app, api, person);
    await give();
    const url = authorizationUrl(server, app, { scope: 'openid reports:read reports:write', resource: api.identifier });
    const page = await browser.visit(url);
    expect(page.text).toContain('May reports:write');
  });

  it('does not concern machines: they have what their subscription allows', async () => {
    const { api } = await aSetting({ needsRole: BOTH });
    const robot = await aClient(server.database, {
      type: 'machine',
      subscriptions: [{ api: api.identifier, scopes: BOTH }],
    });
    for (const form of [{}, { resource: api.identifier, scope: 'reports:write' }]) {
      expect((await requestToken(server, robot, form)).status).toBe(200);
    }
  });

  it('is not given by a role of another API, or of the same name', async () => {
    const { api, app, person } = await aSetting();
    const other = await anApiWithRoles(server.database);
    const elsewhere = await aRole(server.database, other.id, BOTH);
    await assignRole(server.database.db, elsewhere.id, { person: person.email }, byOperator());
    expect(scopeOf((await connect(app, api, person)).tokens.access_token)).toBe('reports:read');
  });
});

describe('a role that is taken away', () => {
  it('narrows the very next refresh, and works again in the same family when it is given back', async () => {
    const { api, app, person, give, take } = await aSetting();
    await give();
    const { tokens } = await connect(app, api, person);
    await take();
    const narrowed = await refresh(app, tokens.refresh_token);
    expect([scopeOf(narrowed.body.access_token), narrowed.body.scope]).toEqual(['reports:read', 'reports:read']);
    await give();
    const restored = await refresh(app, narrowed.body.refresh_token);
    expect(scopeOf(restored.body.access_token)).toBe('reports:read reports:write');
  });

  it('narrows the exchange of a code that was made before', async () => {
    const { api, app, person, give, take } = await aSetting();
    await give();
    const { form } = await obtainCode(server, app, person, {
      scope: 'openid reports:read reports:write',
      resource: api.identifier,
    });
    await take();
    const { body } = await post(server, '/token', form, app);
    expect(scopeOf(body.access_token)).toBe('reports:read');
  });

  it.each([
    ['taken from the person', async ({ take }: Setting) => take()],
    ['deleted', ({ role }: Setting) => deleteRole(server.database.db, role.id, byOperator())],
    [
      'left without the scope',
      ({ role }: Setting) => updateRole(server.database.db, role.id, { scopes: [] }, byOperator()),
    ],
  ])('refuses the tokens that are out when it is %s', async (_how, lose) => {
    const setting = await aSetting();
    const { api, app, person, give } = setting;
    await give();
    const bystander = await aPerson(server.database);
    const [{ tokens }, theirs] = [await connect(app, api, person), await connect(app, api, bystander)];
    expect((await isLive(app, tokens.access_token)).active).toBe(true);
    await lose(setting);
    expect(await isLive(app, tokens.access_token)).toEqual({ active: false });
    expect((await isLive(app, theirs.tokens.access_token)).active).toBe(true);
    expect(scopeOf((await refresh(app, tokens.refresh_token)).body.access_token)).toBe('reports:read');
  });

  it.each([
    [
      'the person leaves the group',
      (groupId: string, accountId: string) => removeFromGroup(server.database.db, { groupId, accountId }, byOperator()),
    ],
    ['the group ends', (groupId: string) => deleteGroup(server.database.db, groupId, byOperator())],
    [
      'the group loses the role',
      (groupId: string, _: string, roleId: string) =>
        unassignRole(server.database.db, roleId, { groupId }, byOperator()),
    ],
  ])('refuses the tokens that are out when %s', async (_how, lose) => {
    const { api, app, person, role } = await aSetting();
    const group = await aGroup(server.database, [person.account.id], role.id);
    const { tokens } = await connect(app, api, person);
    expect(scopeOf(tokens.access_token)).toBe('reports:read reports:write');
    await lose(group.id, person.account.id, role.id);
    expect(await isLive(app, tokens.access_token)).toEqual({ active: false });
    expect(scopeOf((await refresh(app, tokens.refresh_token)).body.access_token)).toBe('reports:read');
  });

  it('leaves other APIs of the same person alone', async () => {
    const { app: _, person, give, take } = await aSetting();
    const other = await anApiWithRoles(server.database, { needsRole: [] });
    const otherApp = await anApp(other);
    await give();
    const { tokens } = await connect(otherApp, other, person);
    await take();
    expect((await isLive(otherApp, tokens.access_token)).active).toBe(true);
  });
});

type Setting = Awaited<ReturnType<typeof aSetting>>;

describe('when roles leave nothing of what was asked for', () => {
  const onlyApi = (api: Api) => ({ scope: 'reports:write', resource: api.identifier });

  it('a page says why before anyone is asked to agree, and the app gets access_denied', async () => {
    const { api, app, person } = await aSetting();
    const someone = new Person(server.issuer);
    const url = authorizationUrl(server, app, { ...onlyApi(api), nonce: undefined });
    const page = await someone.submit(await someone.visit(url), '/sign-in', person);
    expect(page.text).toContain('You have no role for this');
    expect(page.text).toContain('May reports:write');
    expect(page.text).not.toContain('/consent"');
    const denials = async () =>
      (
        await server.database.db
          .selectFrom('audit_events')
          .select('detail')
          .where('account_id', '=', person.account.id)
          .where('type', '=', 'authorization.denied')
          .execute()
      ).length;
    for (let n = 0; n < 3; n += 1) expect((await someone.visit(page.url)).text).toContain('You have no role for this');
    expect(await denials()).toBe(0);
    const back = await someone.submit(page, '/cancel');
    expect(back.leftTo?.searchParams.get('error')).toBe('access_denied');
    expect(back.leftTo?.searchParams.get('error_description')).toContain('roles');

    const silent = await someone.visit(`${url}&prompt=none`);
    expect(silent.leftTo?.searchParams.get('error')).toBe('access_denied');
    expect(await denials()).toBe(1);
  });

  it('goes on as soon as the person has the role', async () => {
    const { api, app, person, give } = await aSetting();
    const someone = new Person(server.issuer);
    const url = authorizationUrl(server, app, { ...onlyApi(api), nonce: undefined });
    await someone.submit(await someone.visit(url), '/sign-in', person);
    await give();
    expect((await someone.visit(url)).text).toContain('/consent"');
  });

  it('a refresh is refused and used nothing up: the same token works when the role is back', async () => {
    const { api, app, person, give, take } = await aSetting();
    await give();
    const { tokens } = await connect(app, api, person, 'offline_access reports:write');
    await take();
    const refused = await refresh(app, tokens.refresh_token);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_scope']);
    await give();
    const restored = await refresh(app, tokens.refresh_token);
    expect([restored.status, scopeOf(restored.body.access_token)]).toEqual([200, 'reports:write']);
  });

  it('signing in still works: the answer says that only that was granted', async () => {
    const { api, app, person } = await aSetting();
    const { tokens } = await connect(app, api, person, 'openid profile offline_access reports:write');
    expect([scopeOf(tokens.access_token), tokens.scope?.split(' ').sort()]).toEqual([
      undefined,
      ['offline_access', 'openid', 'profile'],
    ]);
    const { body } = await refresh(app, tokens.refresh_token);
    expect([body.id_token !== undefined, body.scope?.includes('reports:write')]).toEqual([true, false]);
  });
});

describe('a device', () => {
  const aDevice = (api: Api) =>
    aClient(server.database, { type: 'device', subscriptions: [{ api: api.identifier, scopes: BOTH }] });

  it('gets what the roles of its person allow, as of each token', async () => {
    const { api, person, give } = await aSetting();
    const device = await aDevice(api);
    const parameters = { scope: 'openid offline_access reports:read reports:write', resource: api.identifier };
    const started = await startDevice(server, device, parameters);
    const page = await connectDevice(new Person(server.issuer), started.user_code, person);
    expect(page.text).toContain('is connected');
    const { body } = await poll(server, device, started);
    expect(scopeOf(body.access_token)).toBe('reports:read');
    await give();
    expect(scopeOf((await refreshPublic(device, body.refresh_token)).body.access_token)).toBe('reports:read');
  });

  it('is refused, with a page that says why, when they allow nothing of what it asked for', async () => {
    const { api, person } = await aSetting();
    const device = await aDevice(api);
    const started = await startDevice(server, device, { scope: 'reports:write', resource: api.identifier });
    const someone = new Person(server.issuer);
    const page = await connectDevice(someone, started.user_code, person);
    expect(page.text).toContain('You have no role for this');
    await someone.submit(page, '/cancel');
    expect((await poll(server, device, started)).body.error).toBe('access_denied');
  });

  const refreshPublic = (app: App, token: string | undefined) =>
    post(server, '/token', { grant_type: 'refresh_token', refresh_token: token ?? '', client_id: app.clientId });
});

describe('the roles claim', () => {
  it("names the person's roles of that API where the API wants it, as of each token", async () => {
    const { api, app, person, role, give, take } = await aSetting({ rolesClaim: true });
    const other = await aRole(server.database, api.id, [], 'Auditor');
    await give();
    await aGroup(server.database, [person.account.id], other.id);
    const { tokens } = await connect(app, api, person);
    expect(decodeJwt(tokens.access_token).roles).toEqual(['Auditor', role.name].sort());
    expect((await isLive(app, tokens.access_token)).roles).toEqual(['Auditor', role.name].sort());
    await take();
    expect(decodeJwt((await refresh(app, tokens.refresh_token)).body.access_token).roles).toEqual(['Auditor']);
  });

  it('is absent elsewhere: other APIs, and tokens of machines', async () => {
    const { api, app, person, give } = await aSetting();
    await give();
    expect(decodeJwt((await connect(app, api, person)).tokens.access_token)).not.toHaveProperty('roles');
    const wants = await anApiWithRoles(server.database, { rolesClaim: true });
    const robot = await aClient(server.database, {
      type: 'machine',
      subscriptions: [{ api: wants.identifier, scopes: BOTH }],
    });
    const { body } = await requestToken(server, robot, { resource: wants.identifier });
    expect(decodeJwt(body.access_token)).not.toHaveProperty('roles');
  });
});

describe('what roles cost', () => {
  /** Statements of one refresh, and those of them that read roles. */
  async function costOf(options: Parameters<typeof anApiWithRoles>[1]) {
    const { api, app, person, give } = await aSetting(options);
    await give();
    const { tokens } = await connect(app, api, person);
    const statements = await statementsDuring(() => refresh(app, tokens.refresh_token));
    return { all: statements.length, roles: statements.filter((text) => text.includes('from roles')).length };
  }

  it('is nothing where an API has no use for them, and one statement where it has', async () => {
    const none = await costOf({ needsRole: [] });
    expect(none.roles).toBe(0);
    expect(none.all).toBeGreaterThan(1);
    for (const options of [{ needsRole: ['reports:write'] }, { needsRole: [], rolesClaim: true }]) {
      expect((await costOf(options)).roles).toBe(1);
    }
  });
});
