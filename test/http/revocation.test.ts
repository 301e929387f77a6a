import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

type App = Awaited<ReturnType<typeof aClient>>;
const anApp = () => aClient(server.database, { type: 'web' });

async function tokensOf(app: App) {
  const parameters = { scope: 'openid offline_access', prompt: 'consent' };
  const { tokens } = await signIn(server, app, ada, { parameters });
  return { access: tokens.access_token, refresh: tokens.refresh_token ?? '' };
}

const revoke = (app: App, token: string, extra: Record<string, string> = {}) =>
  post(server, '/token/revocation', { token, ...extra }, app);
const refresh = (app: App, token: string) =>
  post(server, '/token', { grant_type: 'refresh_token', refresh_token: token }, app);
const userInfo = async (token: string) =>
  (await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('revocation', () => {
  it('E01: of a refresh token ends it, and the access tokens of its family', async () => {
    const app = await anApp();
    const tokens = await tokensOf(app);
    expect((await revoke(app, tokens.refresh)).status).toBe(200);
    expect((await refresh(app, tokens.refresh)).body.error).toBe('invalid_grant');
    expect(await userInfo(tokens.access)).toBe(401);
  });

  it('E01: of an access token ends it', async () => {
    const app = await anApp();
    const tokens = await tokensOf(app);
    expect(await userInfo(tokens.access)).toBe(200);
    expect((await revoke(app, tokens.access)).status).toBe(200);
    expect(await userInfo(tokens.access)).toBe(401);
  });

  it('E01: of a refresh token that was used before ends its successors', async () => {
    const app = await anApp();
    const tokens = await tokensOf(app);
    const next = await refresh(app, tokens.refresh);
    expect((await revoke(app, tokens.refresh)).status).toBe(200);
    expect((await refresh(app, next.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
  });

  it('E01: leaves the other sign-ins of the same person and app alone', async () => {
    const app = await anApp();
    const [first, second] = [await tokensOf(app), await tokensOf(app)];
    await revoke(app, first.refresh);
    expect(await userInfo(second.access)).toBe(200);
    expect((await refresh(app, second.refresh)).status).toBe(200);
  });

  it('E02: works with a wrong hint, or one that nobody knows', async () => {
    const app = await anApp();
    for (const [kind, hint] of [
      ['refresh', 'access_token'],
      ['access', 'refresh_token'],
      ['refresh', 'bogus'],
    ] as const) {
      const tokens = await tokensOf(app);
      expect((await revoke(app, tokens[kind], { token_type_hint: hint })).status).toBe(200);
      expect(await userInfo(tokens.access)).toBe(401);
      if (kind === 'refresh') expect((await refresh(app, tokens.refresh)).body.error).toBe('invalid_grant');
    }
  });

  it('E03: is for the app that the token was issued to', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const spa = await aClient(server.database, { type: 'spa' });
    const tokens = await tokensOf(app);
    for (const token of Object.values(tokens)) {
      for (const answer of [
        await revoke(other, token),
        await post(server, '/token/revocation', { token, client_id: spa.clientId }),
      ]) {
        expect([200, 400]).toContain(answer.status);
      }
    }
    expect(await userInfo(tokens.access)).toBe(200);
    expect((await refresh(app, tokens.refresh)).status).toBe(200);
  });

  it('E04: of what is no token is fine', async () => {
    const app = await anApp();
    for (const token of ['x', 'x'.repeat(5000), "' or 1=1 --", 'ü', '🔑']) {
      expect([token, (await revoke(app, token)).status]).toEqual([token, 200]);
    }
    const tokens = await tokensOf(app);
    expect((await revoke(app, tokens.refresh)).status).toBe(200);
    expect((await revoke(app, tokens.refresh)).status).toBe(200);
  });

  it('E04: is answered with an empty JSON object, whatever kind of token it is', async () => {
    const api = await anApi(server.database);
    const app = await aClient(server.database, {
      type: 'web',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const { access: opaque, refresh: token } = await tokensOf(app);
    const parameters = { scope: 'openid reports:read', resource: api.identifier };
    const jwt = (await signIn(server, app, ada, { parameters })).tokens.access_token;
    expect([jwt.includes('.'), opaque.includes('.')]).toEqual([true, false]);
    for (const one of [jwt, jwt, opaque, token, token, 'unknown', 'a.b.c']) {
      const { status, headers, text } = await revoke(app, one);
      expect([status, headers.get('content-type'), text]).toEqual([200, 'application/json; charset=utf-8', '{}']);
    }
  });

  it('E04: needs a token to be named', async () => {
    const app = await anApp();
    const { status, body } = await post(server, '/token/revocation', {}, app);
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  it('E05: is for apps that prove who they are', async () => {
    const app = await anApp();
    const tokens = await tokensOf(app);
    for (const form of [{ token: tokens.refresh }, { token: tokens.refresh, client_id: app.clientId }]) {
      const { status, body } = await post(server, '/token/revocation', form as Record<string, string>);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
    const wrong = await post(server, '/token/revocation', { token: tokens.refresh }, { ...app, clientSecret: 'wrong' });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    expect((await refresh(app, tokens.refresh)).status).toBe(200);
  });

  it('E05: is for public apps too, for what is their own', async () => {
    const spa = await aClient(server.database, { type: 'spa' });
    const { access, refresh: token } = await tokensOf(spa);
    const { status } = await post(server, '/token/revocation', { token, client_id: spa.clientId });
    expect(status).toBe(200);
    expect(await userInfo(access)).toBe(401);
  });
});
