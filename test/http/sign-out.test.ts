import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { deleteClient, disableClient } from '../../src/clients/lifecycle.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { keyCommands } from '../keys/key-commands.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

const BYE = 'https://app.example.com/bye';
const SENDS_ITSELF = '/assets/submit-form-';
const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });
let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());
afterEach(releaseTime);

type App = Awaited<ReturnType<typeof aClient>>;
const anApp = () => aClient(server.database, { type: 'web', postLogoutRedirectUris: [BYE] });

async function signedIn(app: App) {
  const { person, tokens, configuration } = await signIn(server, app, ada);
  return { person, hint: tokens.id_token ?? '', accessToken: tokens.access_token, configuration };
}

const ending = (parameters: Record<string, string> = {}) => `/session/end?${new URLSearchParams(parameters)}`;

async function isSignedIn(person: Person, app: App) {
  const response = await person.request(authorizationUrl(server, app, { prompt: 'none' }));
  const { searchParams } = new URL(response.headers.get('location') ?? '');
  if (searchParams.has('code')) return true;
  expect(searchParams.get('error')).toBe('login_required');
  return false;
}

describe('signing out', () => {
  it('I13 I17: with a good hint and a registered address ends the session without a question, and goes back with its state', async () => {
    const app = await anApp();
    const { person, configuration, hint, accessToken } = await signedIn(app);
    const state = 'bye & "thanks" +';
    const url = client.buildEndSessionUrl(configuration, { id_token_hint: hint, post_logout_redirect_uri: BYE, state });
    const page = await person.visit(url.href);
    expect(page.text).toContain(SENDS_ITSELF);
    expect(page.text).not.toContain('Stay signed in');
    expect(await isSignedIn(person, app)).toBe(true);

    const { leftTo } = await person.submit(await person.visit(url.href), '/session/end/confirm');

    expect(`${leftTo?.origin}${leftTo?.pathname}`).toBe(BYE);
    expect(leftTo?.searchParams.get('state')).toBe(state);
    expect(await isSignedIn(person, app)).toBe(false);
    const userInfo = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect(userInfo.status).toBe(401);
  });

  it.each(['without an address', 'without a hint'])('I14: asks %s', async (which) => {
    const app = await anApp();
    const { person, hint } = await signedIn(app);
    const parameters: Record<string, string> =
      which === 'without a hint' ? { client_id: app.clientId, post_logout_redirect_uri: BYE } : { id_token_hint: hint };
    const page = await person.visit(ending(parameters));
    expect([page.response.status, page.text.includes(SENDS_ITSELF)]).toEqual([200, false]);
    expect(page.text).toContain('Stay signed in');
  });

  it('I13: may come by POST, as the same request', async () => {
    const app = await anApp();
    const { person, hint } = await signedIn(app);
    const form = { id_token_hint: hint, post_logout_redirect_uri: BYE, state: 'x' };
    const response = await person.request('/session/end', { form });
    expect(response.status).toBe(303);
    const page = await person.visit(response.headers.get('location') ?? '');
    const { leftTo } = await person.submit(page, '/session/end/confirm', { logout: 'yes' });
    expect(leftTo?.href).toBe(`${BYE}?state=x`);
  });

  it('I14: without a hint asks, and ends at a page of ours', async () => {
    const app = await anApp();
    const { person } = await signedIn(app);
    const page = await person.visit('/session/end');
    expect(page.text).toContain('/session/end/confirm');
    const done = await person.submit(page, '/session/end/confirm', { logout: 'yes' });
    expect([done.leftTo, done.response.status]).toEqual([undefined, 200]);
    expect(await isSignedIn(person, app)).toBe(false);
  });

  it('I14: that is declined keeps the session', async () => {
    const app = await anApp();
    const { person } = await signedIn(app);
    await person.submit(await person.visit('/session/end'), '/session/end/confirm');
    expect(await isSignedIn(person, app)).toBe(true);
  });

  it('I14: with the hint of another session or person asks all the same', async () => {
    const app = await anApp();
    const bob = await aPerson(server.database, { name: 'Bob' });
    const [first, second] = [await signedIn(app), await signIn(server, app, bob)];
    const page = await second.person.visit(ending({ id_token_hint: first.hint, post_logout_redirect_uri: BYE }));
    expect(page.leftTo).toBeUndefined();
    expect(page.text).toContain('/session/end/confirm');
    expect(await isSignedIn(second.person, app)).toBe(true);
    expect(await isSignedIn(first.person, app)).toBe(true);
  });

  describe('can be done whatever the app sends along; only the way back is withheld', () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    type Setting = { app: App; hint: string; accessToken: string };
    type Sent = [string, string][];
    const to = (address: string): Sent => [['post_logout_redirect_uri', address]];
    const hinted = (hint: string): Sent => [['id_token_hint', hint], ...to(BYE)];
    const parts = (hint: string) => hint.split('.') as [string, string, string];

    it.each<[string, (setting: Setting) => Sent | Promise<Sent>]>([
      ['a signature that is wrong', ({ hint }) => hinted(`${hint.slice(0, -4)}AAAA`)],
      ['none at all', ({ hint }) => hinted(`${encode({ alg: 'none' })}.${parts(hint)[1]}.`)],
      [
        'another issuer',
        ({ hint }) => {
          const [header, , signature] = parts(hint);
          return hinted(`${header}.${encode({ ...decodeJwt(hint), iss: 'https://evil.example' })}.${signature}`);
        },
      ],
      ['a hint that is no token', () => hinted('x')],
      ['a hint of five parts', () => hinted('a.b.c.d.e')],
      ['a hint without a payload', ({ hint }) => hinted(`${parts(hint)[0]}..`)],
      ['an access token as hint', ({ accessToken }) => hinted(accessToken)],
      [
        'a hint of another app than it names',
        async ({ hint }) => [...hinted(hint), ['client_id', (await anApp()).clientId]],
      ],
      ['an app that nobody knows', () => [['client_id', 'app_unknown'], ...to(BYE)]],
      ['two hints', ({ hint }) => [...hinted(hint), ['id_token_hint', hint]]],
      ['two addresses', ({ hint }) => [...hinted(hint), ...to(BYE)]],
      ['two apps', ({ app }) => [['client_id', app.clientId], ['client_id', app.clientId], ...to(BYE)]],
      ['an address that is longer', ({ hint }) => [['id_token_hint', hint], ...to(`${BYE}/`)]],
      ['an address with a query', ({ hint }) => [['id_token_hint', hint], ...to(`${BYE}?x=1`)]],
      ['an address of somebody else', ({ hint }) => [['id_token_hint', hint], ...to('https://evil.example/')]],
      ['a script', ({ hint }) => [['id_token_hint', hint], ...to('javascript:alert(1)')]],
      ['where codes go', ({ hint }) => [['id_token_hint', hint], ...to('https://app.example.com/callback')]],
      [
        'an address of somebody else, of an app',
        ({ app }) => [['client_id', app.clientId], ...to('https://evil.example/')],
      ],
      [
        'the hint of an app that was disabled',
        async ({ app, hint }) => {
          await disableClient(server.database.db, { clientId: app.clientId, reason: 'test' }, operator());
          return hinted(hint);
        },
      ],
      [
        'the hint of an app that was deleted',
        async ({ app, hint }) => {
          await deleteClient(server.database.db, { clientId: app.clientId }, operator());
          return hinted(hint);
        },
      ],
      [
        'the hint of an app whose address was changed',
        async ({ app, hint }) => {
          const changes = { postLogoutRedirectUris: ['https://app.example.com/other'] };
          await updateClient(server.database.db, { clientId: app.clientId, changes }, operator());
          return hinted(hint);
        },
      ],
      [
        'a hint that a revoked key has signed',
        async ({ hint }) => {
          await keyCommands(server).revoke(decodeProtectedHeader(hint).kid ?? '');
          await server.app.keyring.reload();
          return hinted(hint);
        },
      ],
    ])('%s', async (_what, send) => {
      const app = await anApp();
      const { person, hint, accessToken } = await signedIn(app);
      const sent = await send({ app, hint, accessToken });
      const page = await person.visit(`/session/end?${new URLSearchParams([...sent, ['state', 's']])}`);
      expect([page.response.status, page.leftTo]).toEqual([200, undefined]);
      expect(page.text).toContain('Stay signed in');
      expect(page.text).not.toContain(SENDS_ITSELF);
      expect(page.text).toContain('You stay here.');
      const done = await person.submit(page, '/session/end/confirm', { logout: 'yes' });
      expect([done.response.status, done.leftTo]).toEqual([200, undefined]);
      expect(await isSignedIn(person, await anApp())).toBe(false);
    });
  });

  it('I16: takes a hint of a key that has left the JWKS since, and of an app that signs otherwise now', async () => {
    controlTime();
    const app = await anApp();
    const { person, hint } = await signedIn(app);
    const { kid } = await keyCommands(server).rotate('ES256');
    const changes = { idTokenAlg: 'RS256' as const };
    await updateClient(server.database.db, { clientId: app.clientId, changes }, operator());
    // Seven days later, which is less than a session lasts.
    travel(7 * 86_400);
    await server.app.keyring.reload();
    expect(server.app.keyring.publicJwks().keys.map((key) => key.kid)).not.toContain(decodeProtectedHeader(hint).kid);
    expect(server.app.keyring.active('ES256').kid).toBe(kid);
    const page = await person.visit(ending({ id_token_hint: hint, post_logout_redirect_uri: BYE }));
    expect(page.text).toContain(SENDS_ITSELF);
    expect((await person.submit(page, '/session/end/confirm')).leftTo?.href).toBe(BYE);
  });

  it('I15: goes to no registered address when nothing says which app asks', async () => {
    const { person } = await signedIn(await anApp());
    const page = await person.visit(ending({ post_logout_redirect_uri: BYE }));
    expect((await person.submit(page, '/session/end/confirm', { logout: 'yes' })).leftTo).toBeUndefined();
  });

  it.each(['logout', 'stay'])(
    'goes to no address that the app has lost since the page was shown: %s',
    async (choice) => {
      const app = await anApp();
      const { person, hint } = await signedIn(app);
      const page = await person.visit(ending({ id_token_hint: hint, post_logout_redirect_uri: BYE, state: 'x' }));
      const changes = { postLogoutRedirectUris: [] };
      await updateClient(server.database.db, { clientId: app.clientId, changes }, operator());
      const fields: Record<string, string> = choice === 'logout' ? { logout: 'yes' } : {};
      const values = Object.fromEntries(
        [...page.text.matchAll(/<input type="hidden" name="(xsrf)" value="([^"]*)"/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      );
      const answer = await person.request('/session/end/confirm', { form: { ...values, ...fields } });
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toMatch(new RegExp(`^${server.issuer}/session/end/success`));
      expect((await person.visit(answer.headers.get('location') ?? '')).response.status).toBe(200);
      expect(await isSignedIn(person, app)).toBe(choice === 'stay');
    },
  );

  it('I16: takes a hint that has expired', async () => {
    const app = await anApp();
    const { person, hint } = await signedIn(app);
    controlTime();
    travel(86_400);
    const page = await person.visit(ending({ id_token_hint: hint, post_logout_redirect_uri: BYE }));
    const { leftTo } = await person.submit(page, '/session/end/confirm', { logout: 'yes' });
    expect(leftTo?.href).toBe(BYE);
  });

  it('I17 J19: really ends it: a cookie that was kept is worth nothing', async () => {
    const app = await anApp();
    const { person } = await signedIn(app);
    const thief = new Person(server.issuer);
    for (const [name, value] of person.cookies()) thief.setCookie(name, value);
    expect(await isSignedIn(thief, app)).toBe(true);
    for (const [name, value] of thief.cookies()) person.setCookie(name, value);
    await person.submit(await person.visit('/session/end'), '/session/end/confirm', { logout: 'yes' });
    expect(person.cookies().has('latchkey_session')).toBe(false);
    expect(await isSignedIn(thief, app)).toBe(false);
  });

  it('I21: is not done by an image or a form of another site', async () => {
    const app = await anApp();
    const { person, hint } = await signedIn(app);
    for (const parameters of [{}, { id_token_hint: hint, post_logout_redirect_uri: BYE }] as Record<string, string>[]) {
      const response = await person.request(ending(parameters), { headers: { accept: 'image/*' } });
      expect(response.headers.get('location')).toBeNull();
    }
    const forms: Record<string, string>[] = [
      { logout: 'yes' },
      { logout: 'yes', xsrf: '' },
      { logout: 'yes', xsrf: 'x'.repeat(43) },
    ];
    for (const form of forms) {
      const response = await person.request('/session/end/confirm', { form });
      expect(response.status).toBe(400);
    }
    expect(await isSignedIn(person, app)).toBe(true);
  });

  it('I21: does not take the token of another visit', async () => {
    const app = await anApp();
    const [mine, theirs] = [await signedIn(app), await signedIn(app)];
    const page = await theirs.person.visit('/session/end');
    const xsrf = page.text.match(/name="xsrf" value="([^"]*)"/)?.[1] ?? '';
    await mine.person.visit('/session/end');
    const response = await mine.person.request('/session/end/confirm', { form: { logout: 'yes', xsrf } });
    expect(response.status).toBe(400);
    expect(await isSignedIn(mine.person, app)).toBe(true);
  });

  describe('on a page of ours', () => {
    const portal = { client_id: 'latchkey-portal' };
    const inPortal = async () => {
      const visitor = await aVisitor(server, ada);
      return { visitor, home: await visitor.visit('/') };
    };

    it('is not asked about twice', async () => {
      const app = await anApp();
      const { visitor, home } = await inPortal();
      const page = await visitor.submit(home, '/sign-out');
      expect(page.text).toContain(SENDS_ITSELF);
      expect(page.text).not.toContain('Stay signed in');
      await visitor.submit(page, '/session/end/confirm');
      expect(await isSignedIn(visitor, app)).toBe(false);
      expect([...visitor.cookies().keys()].filter((name) => name.includes('signing_out'))).toEqual([]);
    });

    it('is asked about where it was not chosen, was chosen before, or long ago', async () => {
      const { visitor, home } = await inPortal();
      expect((await visitor.visit(ending(portal))).text).not.toContain(SENDS_ITSELF);
      expect((await visitor.submit(home, '/sign-out')).text).toContain(SENDS_ITSELF);
      expect((await visitor.visit(ending(portal))).text).not.toContain(SENDS_ITSELF);
      controlTime();
      const other = await inPortal();
      const csrf = /name="csrf" value="([^"]+)"/.exec(other.home.text)?.[1] ?? '';
      const answer = await other.visitor.request('/sign-out', { form: { csrf } });
      travel(60);
      expect((await other.visitor.visit(answer.headers.get('location') ?? '')).text).not.toContain(SENDS_ITSELF);
    });

    it('is asked about when another site sends the form, or someone makes the cookie', async () => {
      const { visitor } = await inPortal();
      expect((await visitor.request('/sign-out', { form: { csrf: 'x' } })).status).toBe(403);
      expect((await visitor.visit(ending(portal))).text).not.toContain(SENDS_ITSELF);
      visitor.setCookie('latchkey_signing_out', String(Date.now()));
      visitor.setCookie('latchkey_signing_out.sig', 'x'.repeat(27));
      expect((await visitor.visit(ending(portal))).text).not.toContain(SENDS_ITSELF);
    });

    it('says nothing about the session of an app that asks meanwhile', async () => {
      const app = await anApp();
      const trusted = await anApp();
      const { db } = server.database;
      await db.updateTable('clients').set({ first_party: true }).where('id', '=', trusted.clientId).execute();
      const { visitor, home } = await inPortal();
      const csrf = /name="csrf" value="([^"]+)"/.exec(home.text)?.[1] ?? '';
      await visitor.request('/sign-out', { form: { csrf } });
      for (const parameters of [{ client_id: app.clientId }, { client_id: trusted.clientId }, {}] as Record<
        string,
        string
      >[]) {
        expect((await visitor.visit(ending(parameters))).text).not.toContain(SENDS_ITSELF);
      }
    });
  });
});
