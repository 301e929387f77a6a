import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { connect, poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let other: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  other = await anApi(server.database);
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

const anApp = (defaultApiAtSignIn: boolean, type: 'web' | 'device' = 'web') =>
  aClient(server.database, {
    type,
    defaultApiAtSignIn,
    defaultApi: api.identifier,
    subscriptions: [api, other].map(({ identifier }) => ({ api: identifier, scopes: ['reports:read'] })),
  });
type App = Awaited<ReturnType<typeof anApp>>;

const askFor = (app: App, scope: string, more: Record<string, string> = {}) =>
  signIn(server, app, ada, { parameters: { scope, ...more } });
const userInfo = async (token: string) =>
  (await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('an app that means its default API also when people sign in', () => {
  it('gets a JWT for it, and refreshes that, without naming it; claims are in the ID token', async () => {
    const app = await anApp(true);
    const scope = 'openid profile offline_access reports:read reports:write';
    const { tokens, configuration } = await askFor(app, scope, { prompt: 'consent' });
    const claims = decodeJwt(tokens.access_token);
    expect([claims.aud, claims.scope, tokens.scope]).toEqual([api.identifier, 'reports:read', 'reports:read']);
    expect(tokens.claims()?.name).toBe('Ada Lovelace');
    expect(await userInfo(tokens.access_token)).toBe(401);
    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(decodeJwt(next.access_token)).toMatchObject({ aud: api.identifier, scope: 'reports:read' });
  });

  it('gets it by a pushed request too', async () => {
    const app = await anApp(true);
    const form = Object.fromEntries(authorizationParameters(app, { scope: 'openid reports:read' }));
    const { body } = await post(server, '/request', form, app);
    const { request_uri: uri } = body as unknown as { request_uri: string };
    const query = new URLSearchParams({ client_id: app.clientId, request_uri: uri });
    const callback = await new Person(server.issuer).authorize(`${server.issuer}/auth?${query}`, ada);
    const code = callback.searchParams.get('code') ?? '';
    const exchange = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
    const answer = await post(server, '/token', exchange, app);
    expect(decodeJwt(answer.body.access_token).aud).toBe(api.identifier);
  });

  it('gets it on a device too', async () => {
    const app = await anApp(true, 'device');
    const device = await startDevice(server, app, { scope: 'openid reports:read' });
    await connect(new Person(server.issuer), device.user_code, ada);
    const { body } = await poll(server, app, device);
    expect(decodeJwt(body.access_token)).toMatchObject({ aud: api.identifier, scope: 'reports:read' });
  });

  it.each(['openid', 'openid profile email', 'openid reports:write', 'openid bogus'])(
    'gets a token for UserInfo when it asks for nothing that it may have of the API: %s',
    async (scope) => {
      const { tokens } = await askFor(await anApp(true), scope);
      expect(tokens.access_token).not.toContain('.');
      expect(await userInfo(tokens.access_token)).toBe(200);
      expect(tokens.scope).toBe(scope.replace(/ (reports:write|bogus)$/, ''));
    },
  );

  it('gets another API by its name', async () => {
    const { tokens } = await askFor(await anApp(true), 'openid reports:read', { resource: other.identifier });
    expect(decodeJwt(tokens.access_token).aud).toBe(other.identifier);
  });

  it('shows the person what it asks for', async () => {
    const url = authorizationUrl(server, await anApp(true), { scope: 'openid reports:read' });
    const browser = new Person(server.issuer);
    const page = await browser.submit(await browser.visit(url), '/sign-in', ada);
    expect(page.text).toContain('May reports:read');
  });
});

it.each(['a page', 'a pushed request'])('what is left out is in the app’s request log: %s', async (way) => {
  const app = await anApp(false);
  const scope = 'openid reports:read bogus';
  if (way === 'a page') await askFor(app, scope);
  else await post(server, '/request', Object.fromEntries(authorizationParameters(app, { scope })), app);
  await server.app.usage.flush();
  const { db } = server.database;
  const lines = await db
    .selectFrom('request_log')
    .select(['event', 'outcome', 'detail', 'scope'])
    .where('client_id', '=', app.clientId)
    .where('event', '=', way === 'a page' ? 'authorization' : 'pushed_request')
    .execute();
  const detail = 'left out: reports:read bogus (the request names no API)';
  expect(lines).toMatchObject([{ outcome: 'ok', detail, scope: 'openid' }]);
});

it.each(['a page', 'a pushed request'])('nobody writes into that line by a parameter of its name: %s', async (way) => {
  const app = await anApp(false);
  for (const resource of [undefined, api.identifier]) {
    const wish = { scope: 'openid', latchkey_left_out: 'forged', ...(resource ? { resource } : {}) };
    if (way === 'a page') await askFor(app, wish.scope, wish);
    else
      expect((await post(server, '/request', Object.fromEntries(authorizationParameters(app, wish)), app)).status).toBe(
        201,
      );
  }
  await server.app.usage.flush();
  const lines = await server.database.db
    .selectFrom('request_log')
    .select(['outcome', 'detail'])
    .where('client_id', '=', app.clientId)
    .where('event', '=', way === 'a page' ? 'authorization' : 'pushed_request')
    .execute();
  expect(lines).toEqual([
    { outcome: 'ok', detail: null },
    { outcome: 'ok', detail: null },
  ]);
});

it('an app that does not gets a token for UserInfo, and hears in scope what was left out', async () => {
  const { tokens } = await askFor(await anApp(false), 'openid reports:read');
  expect([tokens.access_token.includes('.'), tokens.scope]).toEqual([false, 'openid']);
  expect(await userInfo(tokens.access_token)).toBe(200);
});
