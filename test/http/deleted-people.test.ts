import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { feedName } from '../../src/revocation/feed/content.ts';
import { addToGroup } from '../../src/roles/groups.ts';
import { assignRole } from '../../src/roles/holders.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { addMember } from '../../src/teams/add-member.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, aPerson, PASSWORD } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl, CALLBACK, obtainCode, PKCE, signIn } from '../support/relying-app.ts';
import { aGroup, anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement } from '../support/statements.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApiWithRoles>>;
let app: Awaited<ReturnType<typeof aClient>>;
let resourceServer: Awaited<ReturnType<typeof aClient>>;
let robot: Awaited<ReturnType<typeof aRobot>>;
beforeAll(async () => {
  server = await startTestServer();
  const { database } = server;
  api = await anApiWithRoles(database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read', 'reports:write'] }];
  app = await aClient(database, { type: 'web', subscriptions });
  resourceServer = await aClient(database, { type: 'machine' });
  const introspection = { apiIdentifier: api.identifier, clientId: resourceServer.clientId };
  await allowIntrospection(database.db, introspection, byOperator());
  robot = await aRobot(server, ['users:read', 'users:write', 'audit:read', 'apps:read']);
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

type Ada = Awaited<ReturnType<typeof aPerson>>;
const forApi = () => ({ scope: 'openid offline_access reports:read', resource: api.identifier });
const remove = async ({ account }: Ada) => {
  const { status } = await robot.call('DELETE', `/users/${account.id}`);
  if (status !== 204) throw new Error(`not deleted: ${status}`);
};
const isActive = async (token: string) =>
  (await post(server, '/token/introspection', { token }, resourceServer)).body as unknown as { active: boolean };

/** What there is of a person beside the trail; artifacts without those that no one can use any more. */
async function tracesOf({ account: { id } }: Ada) {
  const { db } = server.database;
  const tables = [
    'consents',
    'team_members',
    'group_members',
    'role_accounts',
    'portal_sessions',
    'artifacts',
  ] as const;
  const found: string[] = [];
  for (const table of tables) {
    const rows = await db.selectFrom(table).select('account_id').where('account_id', '=', id).execute();
    if (rows.length > 0) found.push(table);
  }
  return found;
}

describe('a person who is deleted', () => {
  it('has no token, code or session that works', async () => {
    const ada = await aPerson(server.database);
    const { tokens } = await signIn(server, app, ada, { parameters: { ...forApi(), prompt: 'consent' } });
    const own = await signIn(server, app, ada);
    const { form: code } = await obtainCode(server, app, ada);
    const visitor = await aVisitor(server, ada);
    expect((await isActive(tokens.access_token)).active).toBe(true);

    await remove(ada);
    expect(await isActive(tokens.access_token)).toEqual({ active: false });
    const jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const feed = await jwtVerify(await (await fetch(`${server.issuer}/revocations`)).text(), jwks);
    expect(Object.keys(feed.payload.revoked as object)).toContain(feedName('account', ada.account.id));
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await post(server, '/token', refresh, app)).body.error).toBe('invalid_grant');
    expect((await post(server, '/token', code, app)).body.error).toBe('invalid_grant');
    const headers = { authorization: `Bearer ${own.tokens.access_token}` };
    expect((await fetch(`${server.issuer}/me`, { headers })).status).toBe(401);
    expect((await own.person.visit(authorizationUrl(server, app))).text).toContain('name="password"');
    expect((await visitor.request('/teams')).status).toBe(303);
    expect(await tracesOf(ada)).toEqual([]);
    expect((await robot.call('GET', `/users/${ada.account.id}`)).status).toBe(404);
  });

  it('is told what somebody whom nobody knows is told, when they sign in', async () => {
    const ada = await aPerson(server.database);
    await remove(ada);
    const answerTo = async (email: string) => {
      const browser = new Person(server.issuer);
      const page = await browser.submit(await browser.visit('/sign-in'), '/sign-in', { email, password: PASSWORD });
      return [page.response.status, /<p class="problem"[^>]*>([^<]*)/.exec(page.text)?.[1]];
    };
    const known = await answerTo(ada.email);
    expect(known).toEqual(await answerTo('nobody@example.com'));
    expect(known).toEqual([400, expect.stringContaining('do not go together')]);
  });

  it('leaves an address for somebody new, who has nothing of theirs', async () => {
    const { db } = server.database;
    const ada = await aPerson(server.database);
    const team = await aTeam(server);
    await aMember(server, { team: team.id, role: 'owner' });
    await addMember(db, { teamId: team.id, accountId: ada.account.id, role: 'owner' }, byOperator());
    const role = await aRole(server.database, api.id, ['reports:write']);
    await addToGroup(
      db,
      { groupId: (await aGroup(server.database, [], role.id)).id, accountId: ada.account.id },
      byOperator(),
    );
    await assignRole(db, role.id, { person: ada.email }, byOperator());
    const wish = { ...forApi(), scope: `${forApi().scope} reports:write`, prompt: 'consent' };
    const { tokens, person: browser } = await signIn(server, app, ada, { parameters: wish });
    expect(await isActive(tokens.access_token)).toMatchObject({ active: true, scope: 'reports:read reports:write' });

    await remove(ada);
    const account = { email: ada.email, name: 'Ada Byron', password: PASSWORD };
    const made = await robot.call('POST', '/users', account);
    expect(made.status).toBe(201);
    expect(made.body.id).not.toBe(ada.account.id);
    expect(await isActive(tokens.access_token)).toEqual({ active: false });
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await post(server, '/token', refresh, app)).body.error).toBe('invalid_grant');

    const asked = await browser.submit(await browser.visit(authorizationUrl(server, app, forApi())), '/sign-in', ada);
    expect(asked.text).toContain('/consent"');
    const { tokens: now } = await signIn(server, app, ada, { parameters: wish });
    expect(await isActive(now.access_token)).toMatchObject({ active: true, sub: made.body.id, scope: 'reports:read' });
    expect((await (await aVisitor(server, ada)).visit(`/teams/${team.id}`)).response.status).toBe(404);
  });

  it('leaves pages and the trail whole, where what they made and decided is shown', async () => {
    const { db } = server.database;
    const team = await aTeam(server);
    const owner = await aMember(server, { team: team.id, role: 'owner' });
    const ada = await aMember(server, { team: team.id, role: 'owner' });
    const machine = await aClient(server.database, { type: 'machine', team: team.id });
    const theirs = { created_by: ada.account.id };
    await db.updateTable('clients').set(theirs).where('id', '=', machine.clientId).execute();
    await db.updateTable('client_secrets').set(theirs).where('client_id', '=', machine.clientId).execute();
    await db.updateTable('apis').set({ team_id: team.id }).where('id', '=', api.id).execute();
    const asked = { pending_scopes: ['reports:write'], pending_by: ada.account.id, pending_at: new Date() };
    const decided = { decided_by: ada.account.id, decided_at: new Date(), note: 'Welcome' };
    await db
      .insertInto('subscriptions')
      .values({
        client_id: machine.clientId,
        api_id: api.id,
        scopes: ['reports:read'],
        ...asked,
        ...decided,
        created_at: new Date(),
      })
      .execute();
    await (await aVisitor(server, ada)).visit('/');
    await remove(ada);

    const visitor = await aVisitor(server, owner);
    const app = `/apps/${machine.clientId}`;
    const pages = ['/', app, '/approvals', `/apis/${api.id}`, `/apis/${api.id}/subscriptions`, `/teams/${team.id}`];
    for (const path of pages) expect([path, (await visitor.visit(path)).response.status]).toEqual([path, 200]);
    expect((await visitor.visit('/approvals')).text).toContain('Someone asked');
    expect((await visitor.visit('/approvals')).text).not.toContain('The operator,');
    expect((await robot.call('GET', app)).body.created_by).toBe(ada.account.id);
    const { body } = await robot.call('GET', `/audit-events?account=${ada.account.id}`);
    const types = body.data.map(({ type }: { type: string }) => type);
    expect(types).toEqual(expect.arrayContaining(['account.created', 'account.signed_in', 'account.deleted']));
    expect(JSON.stringify(body)).not.toContain(ada.email);
  });
});

describe('a deletion', () => {
  it('overtakes a consent', async () => {
    const ada = await aPerson(server.database);
    const browser = new Person(server.issuer);
    const wish = authorizationUrl(server, app, { ...forApi(), prompt: 'consent' });
    const asked = await browser.submit(await browser.visit(wish), '/sign-in', ada);
    // The page was read, and what it says is being looked up, when the person goes.
    afterStatement('as described', () => remove(ada));
    const page = await browser.submit(asked, '/consent');
    expect([page.response.status, page.leftTo]).toEqual([400, undefined]);
    expect(await tracesOf(ada)).toEqual([]);
  });

  it('overtakes a sign-in to the portal', async () => {
    const ada = await aPerson(server.database);
    const browser = new Person(server.issuer);
    const form = await browser.visit('/sign-in');
    afterStatement('delete from "portal_sessions"', () => remove(ada));
    await browser.submit(form, '/sign-in', ada);
    expect((await browser.request('/teams')).status).toBe(303);
    expect((await browser.visit('/teams')).text).toContain('name="password"');
  });

  it('leaves nothing that works at whatever moment of going back to the app it comes', async () => {
    let moments = 0;
    for (let nth = 1, happened = true; happened; nth += 1) {
      const ada = await aPerson(server.database);
      const browser = new Person(server.issuer);
      // Once before, so that there is a consent and nothing to ask.
      await signIn(server, app, ada, { parameters: { ...forApi(), prompt: 'consent' }, person: browser });
      // A statement of the server's own may be the nth; then nothing but this waits for it.
      let ending: Promise<unknown> | undefined;
      const happens = () => {
        ending = remove(ada);
        return ending;
      };
      afterStatement('', happens, nth);
      const { leftTo } = await browser.visit(authorizationUrl(server, app, { ...forApi(), prompt: 'none' }));
      jest.restoreAllMocks();
      happened = ending !== undefined;
      if (!happened) break;
      await ending;
      moments = nth;
      const code = leftTo?.searchParams.get('code');
      const form = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
      const { body } = await post(server, '/token', { ...form, code: code ?? 'none' }, app);
      expect([nth, body.error]).toEqual([nth, 'invalid_grant']);
      const again = await browser.visit(authorizationUrl(server, app, { prompt: 'none' }));
      expect([nth, again.leftTo?.searchParams.get('error')]).toEqual([nth, 'login_required']);
    }
    expect(moments).toBeGreaterThan(3);
  });
});
