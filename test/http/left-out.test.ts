import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assignRole, unassignRole } from '../../src/roles/holders.ts';
import { setSubscriptionScopes } from '../../src/subscriptions/set-scopes.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { authorizationParameters, signIn } from '../support/relying-app.ts';
import { anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';
import { linesOf } from '../support/usage.ts';

let direct: TestServer;
let ordinary: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  direct = await startTestServer();
  ordinary = await startTestServer({ issuer: direct.issuer, beside: direct, env: { EXPRESS_LANE: 'off' } });
  ada = await aPerson(direct.database);
});
afterAll(async () => {
  await ordinary.stop();
  await direct.stop();
});

const BOTH = ['reports:read', 'reports:write'];
const anApp = async (more: Partial<Parameters<typeof aClient>[1]> = {}, scopes = ['reports:read']) => {
  const api = await anApi(direct.database);
  const app = await aClient(direct.database, {
    type: 'web',
    subscriptions: [{ api: api.identifier, scopes }],
    ...more,
  });
  return { ...app, api };
};

/** What the lines of the app's request log say, by the kind of request. */
const said = async (app: { clientId: string }, on = direct) =>
  (await linesOf(on, app)).map(({ event, outcome, detail }) => `${event} ${outcome}: ${detail}`);

const refresh = (on: TestServer, app: { clientId: string; clientSecret: string }, token: string | undefined) =>
  post(
    { issuer: `http://localhost:${on.port}` },
    '/token',
    { grant_type: 'refresh_token', refresh_token: token ?? '' },
    app,
    { host: new URL(on.issuer).host },
  );

const WISH = 'openid reports:read reports:write bogus phone offline_access';
const TOLD =
  'left out: bogus phone (there is no such scope), reports:write (the app’s subscription does not have it), ' +
  'offline_access (this app gets it only with prompt=consent)';

describe('the request log says what was left out, and why', () => {
  it('of a sign-in', async () => {
    const app = await anApp({ offlineAccess: 'with_prompt' });
    const { tokens } = await signIn(direct, app, ada, { parameters: { scope: WISH, resource: app.api.identifier } });
    expect(tokens.scope).toBe('reports:read');
    expect(await said(app)).toEqual([`authorization ok: ${TOLD}`, 'authorization_code ok: null']);
  });

  it('of a pushed request', async () => {
    const app = await anApp({ offlineAccess: 'with_prompt' });
    const form = Object.fromEntries(authorizationParameters(app, { scope: WISH, resource: app.api.identifier }));
    expect((await post(direct, '/request', form, app)).status).toBe(201);
    expect(await said(app)).toEqual([`pushed_request ok: ${TOLD}`]);
  });

  it('of a device', async () => {
    const app = await anApp({ type: 'device', offlineAccess: 'never' });
    await startDevice(direct, app, { scope: WISH });
    const names = 'reports:read reports:write bogus phone (the request names no API)';
    const reason = 'offline_access (this app may not keep access while people are away)';
    expect(await said(app)).toEqual([`device_authorization ok: left out: ${names}, ${reason}`]);
  });

  it('not when everything was given', async () => {
    const app = await anApp();
    const scope = 'openid profile offline_access reports:read';
    await signIn(direct, app, ada, { parameters: { scope, resource: app.api.identifier } });
    expect(await said(app)).toEqual(['authorization ok: null', 'authorization_code ok: null']);
  });

  it('of two APIs only what neither gives', async () => {
    const [one, two] = [await anApi(direct.database), await anApi(direct.database)];
    const app = await aClient(direct.database, {
      type: 'web',
      subscriptions: [
        { api: one.identifier, scopes: ['reports:read'] },
        { api: two.identifier, scopes: ['reports:write'] },
      ],
    });
    const form = [...authorizationParameters(app, { scope: 'openid reports:read reports:write bogus' })];
    const resources = [one, two].map(({ identifier }): [string, string] => ['resource', identifier]);
    expect((await post(direct, '/request', [...form, ...resources], app)).status).toBe(201);
    expect(await said(app)).toEqual(['pushed_request ok: left out: bogus (there is no such scope)']);
  });

  it('of a person whose roles do not allow it', async () => {
    const api = await anApiWithRoles(direct.database);
    const app = await aClient(direct.database, {
      type: 'web',
      subscriptions: [{ api: api.identifier, scopes: BOTH }],
    });
    const parameters = { scope: 'openid reports:read reports:write', resource: api.identifier };
    await signIn(direct, app, ada, { parameters });
    const [line] = await said(app);
    expect(line).toBe('authorization ok: left out: reports:write (none of the person’s roles allows it)');
  });

  it.each([
    ['direct', () => direct],
    ['ordinary', () => ordinary],
  ])('of a refresh on the %s way', async (_way, on) => {
    const api = await anApiWithRoles(direct.database);
    const role = await aRole(direct.database, api.id, ['reports:write']);
    const by = byOperator();
    const { db } = direct.database;
    const app = await aClient(direct.database, {
      type: 'web',
      subscriptions: [{ api: api.identifier, scopes: BOTH }],
    });
    await assignRole(db, role.id, { person: ada.email }, by);
    const parameters = { scope: 'openid offline_access reports:read reports:write', resource: api.identifier };
    const { tokens } = await signIn(direct, app, ada, { parameters });
    await unassignRole(db, role.id, { accountId: ada.account.id }, by);
    const first = await refresh(on(), app, tokens.refresh_token);
    expect(first.body.scope).toBe('reports:read');
    const { id } = await db
      .selectFrom('subscriptions')
      .select('id')
      .where('client_id', '=', app.clientId)
      .executeTakeFirstOrThrow();
    await setSubscriptionScopes(db, { id }, ['reports:read'], by);
    const second = await refresh(on(), app, first.body.refresh_token);
    expect(second.body.scope).toBe('reports:read');
    const lines = (await said(app, on())).filter((line) => line.startsWith('refresh_token'));
    expect(lines).toEqual([
      'refresh_token ok: left out: reports:write (none of the person’s roles allows it)',
      'refresh_token ok: left out: reports:write (the app’s subscription does not have it)',
    ]);
  });
});

describe('what was left out', () => {
  const push = (app: Awaited<ReturnType<typeof anApp>>, scope: string) =>
    post(direct, '/request', Object.fromEntries(authorizationParameters(app, { scope })), app);

  it('is told once a minute, and of an app in ten ways at most', async () => {
    const app = await anApp();
    for (let index = 0; index < 30; index += 1) {
      await push(app, `openid bogus${index}`);
      await push(app, `openid bogus${index}`);
    }
    const lines = (await said(app)).filter((line) => line.includes('bogus'));
    expect(lines.length).toBeGreaterThanOrEqual(10);
    // A minute may end in between.
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  it('has a bound, with its reason in it', async () => {
    const app = await anApp({ offlineAccess: 'with_prompt' });
    const scope = `openid offline_access ${Array.from({ length: 90 }, (_, index) => `bogus${index}`).join(' ')}`;
    await push(app, scope);
    const [line] = await linesOf(direct, app);
    expect(line?.detail).toMatch(/^left out: bogus0 .*… \(the request names no API\), offline_access \(.*\)$/);
    expect(line?.detail?.length).toBeLessThanOrEqual(300);
  });

  it('is shown with what to do by the command line and the admin API', async () => {
    const app = await anApp();
    await push(app, 'openid reports:read');
    await direct.app.usage.flush();
    const shown = {
      cause: 'Left out: reports:read (the request names no API).',
      fix: expect.stringContaining('Send resource with the identifier of the API'),
    };
    const listed = await commandLineOf(direct).answer<unknown[]>(['app', 'requests', app.clientId]);
    expect(listed).toMatchObject([shown]);
    const robot = await aRobot(direct, ['apps:read']);
    const { body } = await robot.call('GET', `/apps/${app.clientId}/requests`);
    expect(body.data).toMatchObject([shown]);
  });
});
