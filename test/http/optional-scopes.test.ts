import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { createVerifier } from '../../src/verifier/index.ts';
import { allow, boxesOn } from '../support/consent.ts';
import { connect, enterCode, poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
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
const SCOPE = 'openid email offline_access reports:read reports:write';

async function aWorld({ type = 'web' as 'web' | 'native' | 'device', optional = ['reports:write', 'email'] } = {}) {
  const api = await anApi(direct.database);
  const subscriptions = [{ api: api.identifier, scopes: BOTH }];
  const app = await aClient(direct.database, { type, subscriptions, optionalScopes: optional });
  const write = `${api.identifier} reports:write`;
  return { api, app, write, wish: { scope: SCOPE, resource: api.identifier } };
}
type World = Awaited<ReturnType<typeof aWorld>>;

const ask = (browser: Person, { app }: World, wish: Record<string, string>) =>
  browser.visit(authorizationUrl(direct, app, { nonce: undefined, ...wish }));

/** Signs in and sees the consent page. */
async function atConsent(world: World, wish: Record<string, string> = world.wish) {
  const browser = new Person(direct.issuer);
  const page = await browser.submit(await ask(browser, world, wish), '/sign-in', ada);
  return { browser, page };
}

const codeOf = (page: { leftTo: URL | undefined; text: string }) => {
  const code = page.leftTo?.searchParams.get('code');
  if (!code) throw new Error(`no code: ${page.leftTo} ${page.text.slice(0, 1500)}`);
  return code;
};

const send = (form: Record<string, string>, { app }: World, on = direct) =>
  post({ issuer: `http://localhost:${on.port}` }, '/token', form, app, { host: new URL(on.issuer).host });

async function redeem(code: string, world: World, on = direct) {
  const form = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: PKCE.verifier, code };
  const { status, body } = await send({ ...form, resource: world.api.identifier }, world, on);
  expect(status).toBe(200);
  return body as { scope: string; refresh_token: string; access_token: string };
}
const refresh = (refreshToken: string, world: World, more: Record<string, string> = {}, on = direct) =>
  send({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more }, world, on);

const change = ({ app }: World, optionalScopes: string[]) =>
  updateClient(direct.database.db, { clientId: app.clientId, changes: { optionalScopes } }, byOperator());

describe('a scope that people may leave out', () => {
  it('has a box that nobody has ticked for them; the others have none', async () => {
    const world = await aWorld();
    const { page } = await atConsent(world);
    expect(boxesOn(page)).toEqual({ email: false, [world.write]: false });
    expect(page.text).toContain('of the rest what you tick');
    const { page: plain } = await atConsent(await aWorld({ optional: [] }));
    expect([boxesOn(plain), plain.text.includes('of the rest what you tick')]).toEqual([{}, false]);
  });

  it.each([
    ['the direct way', () => direct],
    ['oidc-provider', () => ordinary],
  ])('RFC 6749 §3.3: is in no token when its box is empty, nor by a refresh later: %s', async (_way, on) => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    const tokens = await redeem(codeOf(await allow(browser, page, [])), world, on());
    expect(tokens.scope).toBe('reports:read');
    const again = await refresh(tokens.refresh_token, world, {}, on());
    expect([again.status, again.body.scope]).toEqual([200, 'reports:read']);
    const more = await refresh(String(again.body.refresh_token), world, { scope: BOTH.join(' ') }, on());
    expect([more.status, more.body.error]).toEqual([400, 'invalid_scope']);
  });

  it('is in the token when its box is ticked', async () => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    const tokens = await redeem(codeOf(await allow(browser, page, [world.write])), world);
    expect(tokens.scope).toBe('reports:read reports:write');
  });

  it('is told to the app in its request log, with the reason', async () => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    await redeem(codeOf(await allow(browser, page, [])), world);
    const said = (await linesOf(direct, world.app)).map(
      ({ event, outcome, detail }) => `${event} ${outcome}: ${detail}`,
    );
    expect(said[0]).toBe('authorization ok: left out: email reports:write (the person has not agreed to it)');
  });

  it('is asked once: the next sign-in shows no page, and prompt=consent asks with the boxes as they were left', async () => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    await allow(browser, page, [world.write]);
    expect(codeOf(await ask(browser, world, world.wish))).toBeTruthy();
    const other = new Person(direct.issuer);
    const next = await other.submit(await ask(other, world, world.wish), '/sign-in', ada);
    expect((await redeem(codeOf(next), world)).scope).toBe('reports:read reports:write');
    const asked = await ask(browser, world, { ...world.wish, prompt: 'consent' });
    expect(boxesOn(asked)).toEqual({ email: false, [world.write]: true });
  });

  it('is remembered in every browser, also one that was there before', async () => {
    const world = await aWorld();
    const first = await atConsent(world, { scope: 'openid' });
    await allow(first.browser, first.page, []);
    const second = await atConsent(world);
    await allow(second.browser, second.page, []);
    expect((await redeem(codeOf(await ask(first.browser, world, world.wish)), world)).scope).toBe('reports:read');
  });

  it('is asked again when the app asks for nothing else, or cannot do without it any more', async () => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    await allow(browser, page, []);
    const alone = await ask(browser, world, { scope: 'reports:write', resource: world.api.identifier });
    expect(boxesOn(alone)).toEqual({ [world.write]: false });
    await change(world, ['email']);
    const needed = await ask(browser, world, world.wish);
    expect(boxesOn(needed)).toEqual({ email: false });
    expect((await redeem(codeOf(await allow(browser, needed, [])), world)).scope).toBe('reports:read reports:write');
  });

  it('cannot be all that is left out: the page comes again and keeps nothing', async () => {
    const world = await aWorld({ optional: BOTH });
    const { browser, page } = await atConsent(world, { scope: BOTH.join(' '), resource: world.api.identifier });
    const again = await allow(browser, page, []);
    expect([again.response.status, again.leftTo]).toEqual([400, undefined]);
    expect(again.text).toContain('Nothing is ticked, so there is nothing to allow.');
    const done = await allow(browser, again, [`${world.api.identifier} reports:read`]);
    expect((await redeem(codeOf(done), world)).scope).toBe('reports:read');
  });

  it('is granted as it was shown: when it can be left out no more, the page comes again with the boxes as sent', async () => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    await change(world, ['email']);
    const again = await allow(browser, page, ['email']);
    expect([again.response.status, again.leftTo, boxesOn(again)]).toEqual([409, undefined, { email: true }]);
    expect((await redeem(codeOf(await allow(browser, again, [])), world)).scope).toBe('reports:read reports:write');
  });

  it('gives nothing more for boxes that the page did not have', async () => {
    const world = await aWorld({ optional: ['email'] });
    const narrow = { ...world.wish, scope: 'openid email reports:read' };
    const { browser, page } = await atConsent(world, narrow);
    const code = codeOf(await allow(browser, page, [world.write, 'profile', 'offline_access']));
    expect(await redeem(code, world)).toMatchObject({ scope: 'reports:read' });
  });

  it('offline_access too: without it there is no refresh token', async () => {
    const world = await aWorld({ optional: ['offline_access'] });
    const { browser, page } = await atConsent(world);
    expect(boxesOn(page)).toEqual({ offline_access: false });
    expect(await redeem(codeOf(await allow(browser, page, [])), world)).not.toHaveProperty('refresh_token');
  });
});

describe('claims that a scope gives', () => {
  it.each([
    ['direct way', () => direct],
    ['oidc-provider', () => ordinary],
  ])(
    'OpenID Connect Core §5.5: are left out with it, also where the parameter claims names them: %s',
    async (_way, on) => {
      const world = await aWorld({ optional: ['email'] });
      const claims = JSON.stringify({ userinfo: { email: null }, id_token: { email: null } });
      const wish = { scope: 'openid', claims };
      const { browser, page } = await atConsent(world, { ...wish, nonce: 'n' });
      expect(boxesOn(page)).toEqual({ email: false });
      const form = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
      const claimsOf = async (done: Parameters<typeof codeOf>[0]) => {
        const { body } = await send({ ...form, code: codeOf(done) }, world, on());
        const authorization = `Bearer ${body.access_token}`;
        const userInfo = await fetch(`${direct.issuer}/me`, { headers: { authorization } });
        return [decodeJwt(String(body.id_token)).email, ((await userInfo.json()) as { email?: string }).email];
      };
      expect(await claimsOf(await allow(browser, page, []))).toEqual([undefined, undefined]);
      const again = await ask(browser, world, { ...wish, nonce: 'n', prompt: 'consent' });
      expect(await claimsOf(await allow(browser, again, ['email']))).toEqual([ada.email, ada.email]);
    },
  );
});

describe('a scope that a person takes back', () => {
  it('ends what it gave in every browser, and the app goes on with the rest', async () => {
    const world = await aWorld();
    const first = await atConsent(world);
    const wide = await redeem(codeOf(await allow(first.browser, first.page, ['email', world.write])), world);
    const second = await atConsent(world, { ...world.wish, prompt: 'consent' });
    expect(boxesOn(second.page)).toEqual({ email: true, [world.write]: true });
    const narrow = await redeem(codeOf(await allow(second.browser, second.page, ['email'])), world);
    expect(narrow.scope).toBe('reports:read');
    const ended = await refresh(wide.refresh_token, world);
    expect([ended.status, ended.body.error]).toEqual([400, 'invalid_grant']);
    expect((await refresh(narrow.refresh_token, world)).body.scope).toBe('reports:read');
    expect((await redeem(codeOf(await ask(first.browser, world, world.wish)), world)).scope).toBe('reports:read');
    const { body } = await post(direct, '/token/introspection', { token: wide.access_token }, world.app);
    expect(body).toEqual({ active: false });
  });

  it('C08: is in no token that a verifier takes from then on, while the new ones are good', async () => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    const wide = await redeem(codeOf(await allow(browser, page, [world.write])), world);
    const verifier = createVerifier({ issuer: direct.issuer, audience: world.api.identifier, pollSeconds: 0.05 });
    await verifier.verify(wide.access_token);
    const again = await ask(browser, world, { ...world.wish, prompt: 'consent' });
    const narrow = await redeem(codeOf(await allow(browser, again, [])), world);
    await until('the verifier has heard of it', () =>
      verifier.verify(wide.access_token).then(
        () => false,
        ({ code }) => code === 'invalid_token',
      ),
    );
    expect((await verifier.verify(narrow.access_token)).scope).toBe('reports:read');
    verifier.close();
  });

  it('is asked again after the app was disconnected', async () => {
    const world = await aWorld();
    const { browser, page } = await atConsent(world);
    await allow(browser, page, ['email']);
    const parties = { accountId: ada.account.id, clientId: world.app.clientId };
    await withdrawConsent(direct.database.db, parties, byOperator());
    expect(boxesOn(await ask(browser, world, world.wish))).toEqual({ email: false, [world.write]: false });
  });
});

describe('at a device', () => {
  it('RFC 8628: is told of beside the code, and left out on the page after it', async () => {
    const world = await aWorld({ type: 'device' });
    const device = await startDevice(direct, world.app, world.wish);
    const browser = new Person(direct.issuer);
    const confirm = await enterCode(browser, device.user_code);
    expect(confirm.text).toContain('Only if you tick it on a later page.');
    let page = await browser.submit(confirm, '/device', { confirm: 'yes' });
    page = await browser.submit(page, '/sign-in', ada);
    expect(boxesOn(page)).toEqual({ email: false, [world.write]: false });
    await allow(browser, page, []);
    const { status, body } = await poll(direct, world.app, device);
    expect([status, body.scope]).toEqual([200, 'reports:read']);
    const next = await startDevice(direct, world.app, world.wish);
    await connect(browser, next.user_code, ada);
    expect((await poll(direct, world.app, next)).body.scope).toBe('reports:read');
  });
});
