import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

const DAY = 86_400;
let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());
afterEach(releaseTime);

type App = Awaited<ReturnType<typeof anApp>>;

const anApp = (options: { refreshRetrySeconds?: number } = {}) =>
  aClient(server.database, {
    type: 'web',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read', 'reports:write'] }],
    ...options,
  });

const offline = (app: App, scope = 'openid offline_access reports:read reports:write') =>
  signIn(server, app, ada, { parameters: { scope, prompt: 'consent', resource: api.identifier } });

const refresh = (app: App, token: string | undefined, form: Record<string, string> = {}) =>
  post(server, '/token', { grant_type: 'refresh_token', refresh_token: token ?? '', ...form }, app);

describe('refresh tokens', () => {
  it('C01 C02: rotate with each use; a used one that comes back revokes the family', async () => {
    const app = await anApp();
    const { tokens } = await offline(app);
    const one = await refresh(app, tokens.refresh_token);
    const two = await refresh(app, one.body.refresh_token);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(new Set([tokens.refresh_token, one.body.refresh_token, two.body.refresh_token]).size).toBe(3);

    const reused = await refresh(app, tokens.refresh_token);
    expect(reused.status).toBe(400);
    expect(reused.body.error).toBe('invalid_grant');
    expect((await refresh(app, two.body.refresh_token)).body.error).toBe('invalid_grant');
    const events = await server.database.db
      .selectFrom('audit_events')
      .select('type')
      .where('client_id', '=', app.clientId)
      .execute();
    expect(events.map((event) => event.type)).toEqual(expect.arrayContaining(['refresh.rotated', 'grant.revoked']));
  });

  it('revoke only their own family: another sign-in of the same person goes on', async () => {
    const app = await anApp();
    const [stolen, other] = [await offline(app), await offline(app)];
    await refresh(app, stolen.tokens.refresh_token);
    await refresh(app, stolen.tokens.refresh_token);
    expect((await refresh(app, other.tokens.refresh_token)).status).toBe(200);
  });

  it('C04 C09: belong to one app, which proves who it is', async () => {
    const [app, thief] = [await anApp(), await anApp()];
    const { tokens } = await offline(app);
    expect((await refresh(thief, tokens.refresh_token)).body.error).toBe('invalid_grant');
    const anonymous = await post(server, '/token', {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
      client_id: app.clientId,
    });
    expect(anonymous.status).toBe(401);
    expect((await refresh(app, tokens.refresh_token)).status).toBe(200);
  });

  it('C05: narrow the access token on request, and never widen or shrink the family', async () => {
    const app = await anApp();
    const { tokens } = await offline(app, 'openid offline_access reports:read');
    expect((await refresh(app, tokens.refresh_token, { scope: 'reports:read reports:write' })).body.error).toBe(
      'invalid_scope',
    );
    const narrow = await refresh(app, tokens.refresh_token, { scope: 'openid' });
    expect(narrow.status).toBe(200);
    const full = await refresh(app, narrow.body.refresh_token);
    expect(decodeJwt(full.body.access_token).scope).toBe('reports:read');
  });

  it('C06: survive a refresh for an API that was not granted', async () => {
    const app = await anApp();
    const { tokens } = await offline(app);
    const wrong = await refresh(app, tokens.refresh_token, { resource: 'https://other.example.com' });
    expect(wrong.body.error).toBe('invalid_target');
    expect((await refresh(app, tokens.refresh_token)).status).toBe(200);
  });

  it('C07: die when they lie idle', async () => {
    const app = await anApp();
    const { tokens } = await offline(app);
    controlTime();
    travel(14 * DAY + 1);
    expect((await refresh(app, tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('C07: die with their family, however often they are used', async () => {
    const app = await anApp();
    let { refresh_token: token } = (await offline(app)).tokens;
    controlTime();
    for (let day = 10; day < 90; day += 10) {
      travel(10 * DAY);
      const { status, body } = await refresh(app, token);
      expect(status).toBe(200);
      token = body.refresh_token;
    }
    travel(9 * DAY);
    const last = await refresh(app, token);
    expect(last.status).toBe(200);
    travel(DAY + 1);
    expect((await refresh(app, last.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('C10: outlive a sign-out, because they were granted for when the person is away', async () => {
    const app = await anApp();
    const { tokens, person, configuration } = await offline(app);
    const confirm = await person.visit(client.buildEndSessionUrl(configuration, {}).href);
    await person.submit(confirm, '/session/end/confirm', { logout: 'yes' });
    expect((await refresh(app, tokens.refresh_token)).status).toBe(200);
  });

  it('C13: give an ID token of the same person, app and sign-in', async () => {
    const app = await anApp();
    const { tokens } = await offline(app);
    const { body } = await refresh(app, tokens.refresh_token);
    const [before, after] = [tokens.claims(), decodeJwt(body.id_token ?? '')];
    for (const claim of ['iss', 'sub', 'aud', 'auth_time'] as const) expect(after[claim]).toEqual(before?.[claim]);
  });
});

describe('a retry of a refresh', () => {
  it('C15: is reuse without a retry window', async () => {
    const app = await anApp();
    const { tokens } = await offline(app);
    const first = await refresh(app, tokens.refresh_token);
    expect((await refresh(app, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(app, first.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('C15: gets the same response again inside the window, and no second successor', async () => {
    const app = await anApp({ refreshRetrySeconds: 30 });
    const { tokens } = await offline(app);
    const first = await refresh(app, tokens.refresh_token);
    const again = await refresh(app, tokens.refresh_token);
    expect(again.status).toBe(200);
    expect(again.text).toBe(first.text);
    expect((await refresh(app, first.body.refresh_token)).status).toBe(200);
  });

  it('C15: is refused once the successor has been used, and the family stays', async () => {
    const app = await anApp({ refreshRetrySeconds: 30 });
    const { tokens } = await offline(app);
    const first = await refresh(app, tokens.refresh_token);
    const second = await refresh(app, first.body.refresh_token);
    expect((await refresh(app, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(app, second.body.refresh_token)).status).toBe(200);
  });

  it('C15: is reuse after the window', async () => {
    const app = await anApp({ refreshRetrySeconds: 30 });
    const { tokens } = await offline(app);
    await refresh(app, tokens.refresh_token);
    controlTime();
    travel(31);
    expect((await refresh(app, tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('C15: is still checked like any refresh', async () => {
    const [app, thief] = [await anApp({ refreshRetrySeconds: 30 }), await anApp({ refreshRetrySeconds: 30 })];
    const { tokens } = await offline(app);
    const first = await refresh(app, tokens.refresh_token);
    expect((await refresh(thief, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(app, tokens.refresh_token, { scope: 'bogus' })).body.error).toBe('invalid_scope');
    expect((await refresh(app, tokens.refresh_token)).text).toBe(first.text);
  });
});
