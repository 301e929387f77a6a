import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { updateApi } from '../../src/apis/update-api.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { unassignRole } from '../../src/roles/holders.ts';
import { setSubscriptionScopes } from '../../src/subscriptions/set-scopes.ts';
import { enterCode, poll, startDevice } from '../support/device.ts';
import { aWorld, type World } from '../support/endings.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const db = () => server.database.db;
async function allow({ app }: World, scopes: string[]) {
  const subscriptions = db().selectFrom('subscriptions').select('id').where('client_id', '=', app.clientId);
  return setSubscriptionScopes(db(), await subscriptions.executeTakeFirstOrThrow(), scopes, byOperator());
}
const withWords = (description: string) => ({
  scopes: [
    { name: 'reports:read', description },
    { name: 'reports:write', description: '' },
  ],
});

/** What others may do to what a page says while somebody reads it; in the end the app may have both scopes. */
const CHANGES: [string, (world: World) => Promise<unknown>][] = [
  ['the app may have more', (world) => allow(world, ['reports:read', 'reports:write'])],
  ['the app may have something else', (world) => allow(world, ['reports:write'])],
  ['words of a scope', ({ api }) => updateApi(db(), { id: api.id }, withWords('May delete everything'), byOperator())],
  ['the name of the API', ({ api }) => updateApi(db(), { id: api.id }, { name: 'Something else' }, byOperator())],
  [
    'the name of the app',
    ({ app }) => updateClient(db(), { clientId: app.clientId, changes: { name: 'Somebody else' } }, byOperator()),
  ],
  [
    'that the app is verified',
    ({ app }) => updateClient(db(), { clientId: app.clientId, changes: { verified: true } }, byOperator()),
  ],
];
const OF_PERSON: typeof CHANGES = [
  ["the person's role", ({ ada, role }) => unassignRole(db(), role.id, { accountId: ada.account.id }, byOperator())],
  [
    'the logo of the app',
    ({ app }) =>
      db()
        .insertInto('client_logos')
        .values({ client_id: app.clientId, image: Buffer.from('x'), etag: 'other', updated_at: new Date() })
        .execute(),
  ],
];

const both = ({ api }: World) => ({ scope: 'openid reports:read reports:write', resource: api.identifier });
const scopeOf = async (form: Record<string, string>, { app }: World) => {
  const { body } = await post(server, '/token', form, app);
  return body.scope;
};

describe('a consent page', () => {
  const open = async (world: World, browser: Person) => {
    const url = authorizationUrl(server, world.app, both(world));
    return browser.submit(await browser.visit(url), '/sign-in', world.ada);
  };
  const consentsOf = ({ app }: World) =>
    db().selectFrom('consents').select('resources').where('client_id', '=', app.clientId).execute();

  it.each([...CHANGES, ...OF_PERSON])(
    'comes again, and grants nothing, when it says something else by now: %s',
    async (_what, change) => {
      const world = await aWorld(server, 'web');
      const browser = new Person(server.issuer);
      const page = await open(world, browser);
      await change(world);
      const again = await browser.submit(page, '/consent');
      expect([again.response.status, again.leftTo]).toEqual([409, undefined]);
      expect(again.text).toContain('has changed since you opened this page');
      expect(await consentsOf(world)).toEqual([]);
      const { leftTo } = await browser.submit(again, '/consent');
      expect(leftTo?.searchParams.has('code')).toBe(true);
    },
  );

  it('grants what it showed, and after that just what the next one shows', async () => {
    const world = await aWorld(server, 'web');
    const browser = new Person(server.issuer);
    const { leftTo } = await browser.submit(await open(world, browser), '/consent');
    await allow(world, ['reports:read', 'reports:write']);
    const code = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
    const form = { ...code, code: leftTo?.searchParams.get('code') ?? '', resource: world.api.identifier };
    expect(await scopeOf(form, world)).toBe('reports:read');
    expect((await consentsOf(world)).map(({ resources }) => resources)).toEqual([
      { [world.api.identifier]: ['reports:read'] },
    ]);
    expect((await browser.visit(authorizationUrl(server, world.app, both(world)))).text).toContain('/consent"');
  });

  it('grants nothing to a form that does not say what was shown', async () => {
    const world = await aWorld(server, 'web');
    const browser = new Person(server.issuer);
    const page = await open(world, browser);
    for (const shown of ['', 'x'.repeat(22)]) {
      const again = await browser.submit(page, '/consent', { shown });
      expect([again.response.status, again.leftTo]).toEqual([409, undefined]);
    }
  });

  it('can be refused whatever has changed', async () => {
    const world = await aWorld(server, 'web');
    const browser = new Person(server.issuer);
    const page = await open(world, browser);
    await allow(world, ['reports:read', 'reports:write']);
    const { leftTo } = await browser.submit(page, '/cancel');
    expect(leftTo?.searchParams.get('error')).toBe('access_denied');
  });
});

describe("a device's page", () => {
  const open = async (world: World, browser: Person) => {
    const device = await startDevice(server, world.app, both(world));
    return { device, page: await enterCode(browser, device.user_code) };
  };

  it.each(CHANGES)(
    'comes again, and connects nothing, when it says something else by now: %s',
    async (_what, change) => {
      const world = await aWorld(server, 'device');
      const browser = new Person(server.issuer);
      const { device, page } = await open(world, browser);
      await change(world);
      const again = await browser.submit(page, '/device', { confirm: 'yes' });
      expect(again.response.status).toBe(409);
      expect(again.text).toContain('has changed since you opened this page');
      expect((await poll(server, world.app, device)).body.error).toBe('authorization_pending');
      const next = await browser.submit(again, '/device', { confirm: 'yes' });
      const asked = await browser.submit(next, '/sign-in', world.ada);
      await browser.submit(asked, '/consent');
      expect((await poll(server, world.app, device)).status).toBe(200);
    },
  );

  it('comes again when somebody else has signed in meanwhile', async () => {
    const world = await aWorld(server, 'device');
    const browser = new Person(server.issuer);
    const { page } = await open(world, browser);
    const other = await aWorld(server, 'web');
    await browser.authorize(authorizationUrl(server, other.app), other.ada);
    const again = await browser.submit(await browser.visit('/device'), '/device', { user_code: 'BBB-BBB-BBB' });
    expect(again.response.status).toBe(400);
    const secret = /name="xsrf" value="([^"]*)"/.exec(again.text)?.[1];
    const changed = await browser.submit(page, '/device', { confirm: 'yes', xsrf: secret });
    expect([changed.response.status, changed.text.includes(other.ada.email)]).toEqual([409, true]);
  });

  it('can be refused whatever has changed', async () => {
    const world = await aWorld(server, 'device');
    const browser = new Person(server.issuer);
    const { device, page } = await open(world, browser);
    await allow(world, ['reports:write']);
    expect((await browser.submit(page, '/device', { abort: 'yes' })).text).toContain('Nothing was connected');
    expect((await poll(server, world.app, device)).body.error).toBe('access_denied');
  });
});
