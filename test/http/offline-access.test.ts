import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { updateClient } from '../../src/clients/update-client.ts';
import type { ClientType, OfflineAccessRule } from '../../src/db/tables/catalogue.ts';
import { connect, poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import {
  authorizationParameters,
  authorizationUrl,
  CALLBACK,
  obtainCode,
  PKCE,
  signIn,
} from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

const SCOPE = 'openid offline_access';
let direct: TestServer;
let ordinary: TestServer;
let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  direct = await startTestServer();
  ordinary = await startTestServer({ issuer: direct.issuer, beside: direct, env: { EXPRESS_LANE: 'off' } });
  server = direct;
  api = await anApi(server.database);
  ada = await aPerson(server.database);
});
afterAll(async () => {
  await ordinary.stop();
  await direct.stop();
});

type App = Awaited<ReturnType<typeof aClient>>;

const anApp = (wanted: { offlineAccess?: OfflineAccessRule; firstParty?: boolean; type?: ClientType } = {}) =>
  aClient(server.database, {
    type: 'web',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    ...wanted,
  });

/** What a browser gets from an authorization request without answering anything. */
const ask = (person: Person, app: App, wish: Record<string, string> = {}) =>
  person.visit(authorizationUrl(server, app, { scope: SCOPE, ...wish }));

/** A server that has the issuer of another one, at its own port. */
const by = ({ port, issuer }: TestServer) => ({
  at: { issuer: `http://localhost:${port}` },
  headers: { host: new URL(issuer).host },
});

async function redeem(app: App, callback: URL | undefined) {
  const code = callback?.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  return post(server, '/token', form, app);
}

const refresh = (app: App, token: string | undefined, on: TestServer) =>
  post(by(on).at, '/token', { grant_type: 'refresh_token', refresh_token: token ?? '' }, app, by(on).headers);

const set = (app: App, changes: Parameters<typeof updateClient>[1]['changes']) =>
  updateClient(
    server.database.db,
    { clientId: app.clientId, changes },
    { actor: { type: 'operator' }, now: new Date() },
  );

describe('C11: an app that may keep access while people are away', () => {
  it('gets its refresh token without prompt=consent; each person agrees once', async () => {
    const app = await anApp();
    const browser = new Person(server.issuer);
    const page = await browser.submit(await ask(browser, app), '/sign-in', ada);
    expect(page.text).toContain('Also while you are away.');
    const first = await redeem(app, (await browser.submit(page, '/consent')).leftTo);
    expect([first.status, first.body.scope]).toEqual([200, SCOPE]);
    const second = await redeem(app, (await ask(browser, app)).leftTo);
    const silent = await redeem(app, (await ask(browser, app, { prompt: 'none' })).leftTo);
    const elsewhere = new Person(server.issuer);
    const third = await redeem(app, (await elsewhere.submit(await ask(elsewhere, app), '/sign-in', ada)).leftTo);
    const tokens = [first, second, silent, third].map(({ body }) => body.refresh_token);
    expect(new Set(tokens).size).toBe(4);
    for (const token of tokens) expect((await refresh(app, token, direct)).status).toBe(200);
  });

  it('shows the page again where the app asks for it', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada, { parameters: { scope: SCOPE } });
    expect((await ask(person, app)).leftTo).toBeDefined();
    expect((await ask(person, app, { prompt: 'consent' })).text).toContain('asks for access');
  });

  it('asks whoever has agreed to less', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const silent = (await ask(person, app, { prompt: 'none' })).leftTo;
    expect(silent?.searchParams.get('error')).toBe('consent_required');
    expect((await ask(person, app)).text).toContain('Also while you are away.');
  });

  it('gets it with scopes of an API, and by a pushed request', async () => {
    const app = await anApp();
    const wish = { scope: 'offline_access reports:read', resource: api.identifier, nonce: undefined };
    const pushed = await post(server, '/request', Object.fromEntries(authorizationParameters(app, wish)), app);
    const { request_uri: uri } = pushed.body as unknown as { request_uri: string };
    const query = new URLSearchParams({ client_id: app.clientId, request_uri: uri });
    const callback = await new Person(server.issuer).authorize(`${server.issuer}/auth?${query}`, ada);
    const { body } = await redeem(app, callback);
    expect(body).toMatchObject({ scope: 'reports:read', refresh_token: expect.any(String) });
  });

  it('gets it with what oauth2-proxy sends', async () => {
    const app = await anApp();
    await set(app, { pkce: 'optional' });
    const wish = { scope: 'openid email profile offline_access', approval_prompt: 'force', access_type: 'offline' };
    const neither = { code_challenge: undefined, code_challenge_method: undefined, nonce: undefined };
    const url = authorizationUrl(server, app, { ...wish, ...neither });
    const callback = await new Person(server.issuer).authorize(url, ada);
    const code = callback.searchParams.get('code') ?? '';
    const { body } = await post(
      server,
      '/token',
      { grant_type: 'authorization_code', code, redirect_uri: CALLBACK },
      app,
    );
    expect(body).toMatchObject({ scope: wish.scope, refresh_token: expect.any(String) });
  });

  it('gets none when it does not ask for it', async () => {
    const { tokens } = await signIn(server, await anApp(), ada, { parameters: { prompt: 'consent' } });
    expect(tokens.refresh_token).toBeUndefined();
  });
});

describe('C11: an app that has to ask with prompt=consent', () => {
  it('is what apps are that were there before', async () => {
    const { db } = server.database;
    const app = await anApp();
    const { offline_access: _, ...before } = await db
      .selectFrom('clients')
      .selectAll()
      .where('id', '=', app.clientId)
      .executeTakeFirstOrThrow();
    const stored = { ...before, id: `${before.id}_old`, jwks: null };
    await db.insertInto('clients').values(stored).execute();
    const rows = db.selectFrom('clients').select('offline_access').where('id', '=', stored.id);
    expect(await rows.executeTakeFirstOrThrow()).toEqual({ offline_access: 'with_prompt' });
  });

  it('gets nothing without, and is told so in scope; with it, people agree each time', async () => {
    const app = await anApp({ offlineAccess: 'with_prompt' });
    const { tokens, person } = await signIn(server, app, ada, { parameters: { scope: SCOPE } });
    expect([tokens.scope, tokens.refresh_token]).toEqual(['openid', undefined]);
    for (const _time of [1, 2]) {
      const page = await ask(person, app, { prompt: 'consent' });
      const { body } = await redeem(app, (await person.submit(page, '/consent')).leftTo);
      expect(body).toMatchObject({ scope: SCOPE, refresh_token: expect.any(String) });
    }
  });
});

describe('C11: an app that never keeps access', () => {
  it('gets no refresh token, in a browser or on a device', async () => {
    const app = await anApp({ offlineAccess: 'never' });
    const { tokens } = await signIn(server, app, ada, { parameters: { scope: SCOPE, prompt: 'consent' } });
    expect([tokens.scope, tokens.refresh_token]).toEqual(['openid', undefined]);
    const tv = await anApp({ offlineAccess: 'never', type: 'device' });
    const device = await startDevice(server, tv, { scope: SCOPE });
    await connect(new Person(server.issuer), device.user_code, ada);
    const { body } = await poll(server, tv, device);
    expect([body.scope, body.refresh_token]).toEqual(['openid', undefined]);
  });

  it.each(['direct', 'ordinary'])('gets nothing more for what it got before, on the %s way', async (way) => {
    const on = way === 'direct' ? direct : ordinary;
    const app = await anApp();
    const { form } = await obtainCode(server, app, ada, { scope: SCOPE });
    const { tokens } = await signIn(server, app, ada, { parameters: { scope: SCOPE } });
    await set(app, { offlineAccess: 'never' });
    const late = await post(by(on).at, '/token', form, app, by(on).headers);
    expect([late.status, late.body.refresh_token]).toEqual([200, undefined]);
    const refused = await refresh(app, tokens.refresh_token, on);
    expect([refused.status, refused.body.error]).toEqual([400, 'unauthorized_client']);
    await set(app, { offlineAccess: 'allowed' });
    expect((await refresh(app, tokens.refresh_token, on)).status).toBe(200);
  });
});

describe('an app of the first party', () => {
  it('never shows the page, whatever it asks for next', async () => {
    const app = await anApp({ firstParty: true });
    const browser = new Person(server.issuer);
    const start = await ask(browser, app, { scope: 'openid', prompt: 'consent' });
    expect((await browser.submit(start, '/sign-in', ada)).leftTo).toBeDefined();
    const wishes = [
      { scope: SCOPE },
      { scope: SCOPE, prompt: 'consent' },
      { scope: `${SCOPE} email reports:read`, resource: api.identifier },
    ];
    for (const wish of wishes) {
      const { body } = await redeem(app, (await ask(browser, app, wish)).leftTo);
      expect((await refresh(app, body.refresh_token, direct)).status).toBe(200);
    }
  });

  it('keeps what it got before when it asks for more', async () => {
    const app = await anApp({ firstParty: true });
    const { tokens, person, configuration } = await signIn(server, app, ada, { parameters: { scope: SCOPE } });
    await ask(person, app, { scope: 'openid email' });
    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(next.scope).toBe(SCOPE);
  });

  it('that is native shows it to whoever did not just sign in (RFC 8252 §8.6)', async () => {
    const app = await anApp({ firstParty: true, type: 'native' });
    const browser = new Person(server.issuer);
    expect((await browser.submit(await ask(browser, app), '/sign-in', ada)).leftTo).toBeDefined();
    expect((await ask(browser, app)).text).toContain('asks for access');
  });
});
