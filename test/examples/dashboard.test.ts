import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSignIn, type Person as Signed } from '../../examples/dashboard/sign-in.ts';
import { readTiles } from '../../examples/dashboard/tiles.ts';
import { TokenRefused } from '../../examples/dashboard-backend.ts';
import { withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { setPlatformRole } from '../../src/accounts/platform-roles.ts';
import { approveRequest } from '../../src/subscriptions/decisions.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { type Dashboard, startDashboard } from './a-dashboard.ts';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard.stop());

/** One browser, which keeps the cookies of the dashboard and of the server apart. */
async function signIn() {
  const atApp = new Person(dashboard.origin);
  const atServer = new Person(dashboard.server.issuer);
  const person = await aPerson(dashboard.server.database, { name: 'Grace <Hopper>' });
  const left = (await atApp.visit('/sign-in')).leftTo;
  const callback = await atServer.authorize(left?.href ?? '', person);
  return { atApp, atServer, callback, person, page: await atApp.visit(callback.href) };
}

describe('the dashboard', () => {
  it('shows tiles of both APIs to whoever is signed in', async () => {
    const { page } = await signIn();

    expect(page.response.status).toBe(200);
    expect(page.text).toContain('Grace &#60;Hopper&#62;');
    expect(page.text).toContain('<p class="number">42</p>');
    expect(page.text).toContain('Answer the three open offers');
  });

  it('gives the browser no token, in no page and no cookie', async () => {
    const { page, atApp } = await signIn();

    expect(page.text).not.toMatch(/eyJ|access_token|refresh_token/);
    expect([...atApp.cookies()]).toEqual([['dashboard_session', expect.stringMatching(/^[\w-]{43}$/)]]);
  });

  it('says why a tile is refused, and shows it once somebody has approved the request', async () => {
    const { page, atApp, person } = await signIn();
    expect(page.text).toContain('aria-label="Revenue">');
    expect(page.text).toContain('class="why">The dashboard may not read this: ');
    expect(page.text).toContain(`${dashboard.server.issuer}/approvals`);

    const { db } = dashboard.server.database;
    await setPlatformRole(
      db,
      { accountId: person.account.id, role: 'admin' },
      { actor: { type: 'operator' }, now: new Date() },
    );
    const waiting = await db
      .selectFrom('subscriptions')
      .select('id')
      .where('pending_scopes', 'is not', null)
      .executeTakeFirstOrThrow();
    await approveRequest(
      db,
      { issuer: '', put: async () => [] },
      { id: waiting.id },
      {},
      { actor: { type: 'operator' }, now: new Date() },
    );

    const next = await atApp.visit('/');
    expect(next.text).toContain('€18,420');
    expect(next.text).not.toContain('class="why"');
  });

  it('signs out here and at the server', async () => {
    const { atApp, atServer, page } = await signIn();

    const left = (await atApp.submit(page, '/sign-out')).leftTo;
    const question = await atServer.visit(left?.href ?? '');
    const back = await atServer.submit(question, '/session/end/confirm', { logout: 'yes' });

    expect(back.leftTo?.href).toBe(`${dashboard.origin}/`);
    expect((await atApp.visit('/')).text).toContain('href="/sign-in"');
    const again = await atServer.visit((await atApp.visit('/sign-in')).leftTo?.href ?? '');
    expect(again.text).toContain('name="password"');
  });

  it('tells a person who said no that nobody is signed in', async () => {
    const [atApp, atServer] = [new Person(dashboard.origin), new Person(dashboard.server.issuer)];
    const signInPage = await atServer.visit((await atApp.visit('/sign-in')).leftTo?.href ?? '');

    const refused = await atServer.submit(signInPage, '/cancel');
    const page = await atApp.visit(refused.leftTo?.href ?? '');

    expect(page.response.status).toBe(403);
    expect(page.text).toContain('You are not signed in: the person said no');
  });

  it('takes no answer that this browser did not ask for, and none twice', async () => {
    const { callback, atApp } = await signIn();

    expect((await new Person(dashboard.origin).visit(callback.href)).text).toContain('href="/sign-in"');
    expect((await atApp.visit(callback.href)).text).toContain('href="/sign-in"');
  });
});

describe('the tokens of a person', () => {
  /** Signs somebody in by the part of the dashboard that does it. */
  async function signedIn() {
    const { demo, server, origin } = dashboard;
    const parts = await createSignIn({
      ...{ issuer: server.issuer, redirectUri: `${origin}/callback`, resource: demo.tasks.identifier },
      ...{ clientId: demo.web.clientId, clientSecret: demo.web.clientSecret },
      scope: 'openid profile offline_access tasks:read',
    });
    const { pending, target } = await parts.begin();
    const atServer = new Person(server.issuer);
    const { account, ...person } = await aPerson(server.database);
    const signed: Signed = await parts.finish(await atServer.authorize(target.href, person), pending);
    return { parts, signed, accountId: account.id };
  }

  it('are used while they are good, and renewed once when several tiles ask', async () => {
    const { parts, signed } = await signedIn();
    const first = signed.accessToken;
    expect(await parts.tokenOf(signed)).toBe(first);

    signed.renewAt = 0;
    const [one, two] = await Promise.all([parts.tokenOf(signed), parts.tokenOf(signed)]);
    expect(one).not.toBe(first);
    expect(two).toBe(one);
    const renewed = await dashboard.server.database.db
      .selectFrom('audit_events')
      .select('type')
      .where('type', 'in', ['refresh.rotated', 'refresh.retried'])
      .execute();
    expect(renewed).toEqual([{ type: 'refresh.rotated' }]);
  });
  it('are gone with the consent: the tile says so, and the others stay as they are', async () => {
    const { parts, signed, accountId } = await signedIn();
    const { demo, server } = dashboard;
    const by = { actor: { type: 'operator' } as const, now: new Date() };
    await withdrawConsent(server.database.db, { accountId, clientId: demo.web.clientId }, by);
    signed.renewAt = 0;
    const nobody = { get: () => Promise.reject(new TokenRefused(400, 'invalid_scope', 'no')), forget() {} };
    const apis = { reports: 'http://127.0.0.1:9', tasks: 'http://127.0.0.1:9' };
    const sources = { orders: nobody, revenue: nobody };

    const tiles = await readTiles({ apis, sources, issuer: server.issuer }, signed, parts);

    expect(tiles.tasks).toEqual({
      ...{ ok: false, what: 'Sign in again.', href: '/sign-in' },
      why: expect.stringMatching(/^Your consent or your sign-in has ended: /),
    });
    expect(tiles.orders).toMatchObject({ ok: false, why: 'The dashboard may not read this: no' });
  });
});
