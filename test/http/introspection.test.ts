import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

const DAY = 86_400;
const INACTIVE = '{"active":false}';
let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());
afterEach(releaseTime);

type App = Awaited<ReturnType<typeof aClient>>;
const anApp = () => aClient(server.database, { type: 'web' });

async function tokensOf(app: App) {
  const parameters = { scope: 'openid email offline_access', prompt: 'consent' };
  const { tokens } = await signIn(server, app, ada, { parameters });
  return { access: tokens.access_token, refresh: tokens.refresh_token ?? '', id: tokens.id_token ?? '' };
}

const introspect = (app: App, token: string, extra: Record<string, string> = {}) =>
  post(server, '/token/introspection', { token, ...extra }, app);
const refresh = (app: App, token: string) =>
  post(server, '/token', { grant_type: 'refresh_token', refresh_token: token }, app);

describe('introspection', () => {
  it('tells an app of its own access and refresh token', async () => {
    const app = await anApp();
    const tokens = await tokensOf(app);
    const access = await introspect(app, tokens.access);
    expect(access.status).toBe(200);
    expect(access.body).toMatchObject({
      active: true,
      client_id: app.clientId,
      sub: ada.account.id,
      scope: 'openid email offline_access',
      iss: server.issuer,
      token_type: 'Bearer',
      exp: expect.any(Number),
      iat: expect.any(Number),
    });
    const long = await introspect(app, tokens.refresh);
    expect(long.body).toMatchObject({ active: true, client_id: app.clientId, sub: ada.account.id });
    for (const answer of [access, long]) {
      expect(answer.text).not.toContain(tokens.access);
      expect(answer.text).not.toContain(tokens.refresh);
    }
  });

  it('finds a token whatever the hint says', async () => {
    const app = await anApp();
    const tokens = await tokensOf(app);
    for (const hint of ['access_token', 'refresh_token', 'bogus']) {
      for (const token of [tokens.access, tokens.refresh]) {
        expect((await introspect(app, token, { token_type_hint: hint })).body).toMatchObject({ active: true });
      }
    }
  });

  it('E06: is for apps that prove who they are', async () => {
    const app = await anApp();
    const { access } = await tokensOf(app);
    for (const form of [{ token: access }, { token: access, client_id: app.clientId }]) {
      const { status, body } = await post(server, '/token/introspection', form as Record<string, string>);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
    const wrong = await post(server, '/token/introspection', { token: access }, { ...app, clientSecret: 'wrong' });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    const bearer = { authorization: `Bearer ${access}` };
    const body = new URLSearchParams({ token: access });
    const byToken = await fetch(`${server.issuer}/token/introspection`, { method: 'POST', headers: bearer, body });
    expect([byToken.status, ((await byToken.json()) as { error?: string }).error]).toEqual([400, 'invalid_request']);
  });

  it('E06: needs a token to be named', async () => {
    const { status, body } = await post(server, '/token/introspection', {}, await anApp());
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  it('E07 E11: says the same of what is unknown, expired, revoked, used or someone else’s', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const [expired, revoked, used, foreign] = [
      await tokensOf(app),
      await tokensOf(app),
      await tokensOf(app),
      await tokensOf(other),
    ];
    await post(server, '/token/revocation', { token: revoked.refresh }, app);
    await refresh(app, used.refresh);
    const answers = [
      await introspect(app, 'unknown'),
      await introspect(app, 'ü🔑'),
      await introspect(app, `${expired.access}x`),
      await introspect(app, revoked.access),
      await introspect(app, revoked.refresh),
      await introspect(app, used.refresh),
      await introspect(app, foreign.access),
      await introspect(app, foreign.refresh),
    ];
    controlTime();
    travel(301);
    answers.push(await introspect(app, expired.access));
    travel(14 * DAY);
    answers.push(await introspect(app, expired.refresh));
    for (const { status, text } of answers) expect([status, text]).toEqual([200, INACTIVE]);
  });

  it('E07: says nothing of codes and sessions', async () => {
    const app = await anApp();
    const { callback, person } = await signIn(server, app, ada);
    const values = [callback.searchParams.get('code') ?? '', ...person.cookies().values()];
    for (const value of values) expect((await introspect(app, value)).text).toBe(INACTIVE);
  });

  it('E08: tells an app nothing of another one’s tokens, however it is called', async () => {
    const app = await anApp();
    const machine = await aClient(server.database, { type: 'machine' });
    const spa = await aClient(server.database, { type: 'spa' });
    const tokens = await tokensOf(app);
    for (const token of [tokens.access, tokens.refresh]) {
      expect((await introspect(machine, token)).text).toBe(INACTIVE);
      const asPublic = await post(server, '/token/introspection', { token, client_id: spa.clientId });
      expect(asPublic.text).toBe(INACTIVE);
    }
    expect((await introspect(app, tokens.access)).body).toMatchObject({ active: true });
  });

  it('E09: follows expiry, refresh and revocation', async () => {
    const app = await anApp();
    const first = await tokensOf(app);
    expect((await introspect(app, first.access)).body).toMatchObject({ active: true });
    controlTime();
    travel(301);
    expect((await introspect(app, first.access)).text).toBe(INACTIVE);
    const next = await refresh(app, first.refresh);
    expect((await introspect(app, next.body.access_token)).body).toMatchObject({ active: true });
    await post(server, '/token/revocation', { token: next.body.refresh_token ?? '' }, app);
    expect((await introspect(app, next.body.access_token)).text).toBe(INACTIVE);
  });

  it('E09: follows the end of the session that an online token came from', async () => {
    const app = await anApp();
    const { tokens, person } = await signIn(server, app, ada);
    expect((await introspect(app, tokens.access_token)).body).toMatchObject({ active: true });
    await person.submit(await person.visit('/session/end'), '/session/end/confirm', { logout: 'yes' });
    expect((await introspect(app, tokens.access_token)).text).toBe(INACTIVE);
  });
});
