import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { addSecret, removeSecret } from '../../src/clients/secrets/secrets.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { basic, post, requestToken } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;

beforeAll(async () => {
  server = await startTestServer({ trustedProxies: 1 });
  api = await anApi(server.database);
});
afterAll(() => server.stop());
afterEach(releaseTime);

type App = { clientId: string; clientSecret: string };
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aMachine = () => aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
const FORM = { grant_type: 'client_credentials' };
const ENDPOINTS = ['/token', '/request', '/token/introspection', '/token/revocation'];
const withSecret = ({ clientId }: App, clientSecret: string) => ({ clientId, clientSecret });

/** A token request from an address, as a trusted proxy names it. */
async function requestFrom(address: string, app: App) {
  const headers = { authorization: basic(app), 'x-forwarded-for': address };
  const response = await fetch(`${server.issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(FORM) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as { error?: string } };
}

describe('a client secret', () => {
  it('B10: that is wrong is invalid_client, with a challenge when it came by Basic', async () => {
    const app = await aMachine();
    const wrong = await requestToken(server, withSecret(app, 'wrong'));
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic /);
    const inBody = await post(server, '/token', { ...FORM, client_id: app.clientId, client_secret: 'wrong' });
    expect([inBody.status, inBody.body.error]).toEqual([401, 'invalid_client']);
    const unknown = await requestToken(server, { clientId: 'app_unknown', clientSecret: app.clientSecret });
    expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_client']);
    expect(unknown.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('B10: tells nobody whether the app exists', async () => {
    const app = await aMachine();
    const wrong = await requestToken(server, withSecret(app, 'wrong'));
    const unknown = await requestToken(server, { clientId: 'app_unknown', clientSecret: 'wrong' });
    expect(unknown.text).toBe(wrong.text);
  });

  it('is the whole secret, in its own case, and of this app', async () => {
    const [app, other] = [await aMachine(), await aMachine()];
    const { clientSecret } = app;
    const tries = [
      clientSecret.slice(0, -1),
      `${clientSecret}x`,
      ` ${clientSecret}`,
      clientSecret.toUpperCase(),
      other.clientSecret,
      'kept-as-hashes-only',
    ];
    for (const secret of tries) expect((await requestToken(server, withSecret(app, secret))).status).toBe(401);
    expect((await requestToken(server, app)).status).toBe(200);
  });

  it('B11: in the address is no secret, and is not logged', async () => {
    const app = await aMachine();
    const query = new URLSearchParams({ ...FORM, client_id: app.clientId, client_secret: app.clientSecret });
    const inQuery = await post(server, `/token?${query}`, {});
    expect(inQuery.status).toBe(401);
    const partly = await post(server, `/token?client_secret=${app.clientSecret}`, { ...FORM, client_id: app.clientId });
    expect(partly.status).toBe(401);
    expect(server.logged.join('')).not.toContain(app.clientSecret);
  });

  it('B12: comes in one way only', async () => {
    const app = await aMachine();
    const both = await post(
      server,
      '/token',
      { ...FORM, client_id: app.clientId, client_secret: app.clientSecret },
      app,
    );
    expect([both.status, both.body.error]).toEqual([400, 'invalid_request']);
    const others = await post(server, '/token', { ...FORM, client_id: (await aMachine()).clientId }, app);
    expect([others.status, others.body.error]).toEqual([400, 'invalid_request']);
  });

  it.each(ENDPOINTS)('B17: is asked for at %s', async (path) => {
    const app = await aClient(server.database, { type: 'web', subscriptions: subscriptions() });
    const form = { ...FORM, token: 'x', response_type: 'code', client_id: app.clientId };
    const anonymous = await post(server, path, form);
    expect([anonymous.status, anonymous.body.error]).toEqual([401, 'invalid_client']);
    const empty = await post(server, path, { ...form, client_secret: '' });
    expect([empty.status, empty.body.error]).toEqual([401, 'invalid_client']);
    const wrong = await post(server, path, { ...form, client_secret: 'wrong' });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    const nobody = await post(server, path, { token: 'x' });
    expect([nobody.status, nobody.body.error]).toEqual([401, 'invalid_client']);
  });

  it('B20: gives a token whose subject is the app, which is nobody’s', async () => {
    const app = await aMachine();
    const { body } = await requestToken(server, app);
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1] ?? '', 'base64url').toString());
    expect([claims.sub, claims.client_id]).toEqual([app.clientId, app.clientId]);
    expect(app.clientId).toMatch(/^app_/);
  });

  it('lives beside another one, until it is removed', async () => {
    const app = await aMachine();
    const { db } = server.database;
    const second = await addSecret(db, { clientId: app.clientId, name: 'second' }, by());
    expect((await requestToken(server, app)).status).toBe(200);
    expect((await requestToken(server, withSecret(app, second.secret))).status).toBe(200);

    await removeSecret(db, { clientId: app.clientId, secretId: app.secret?.id ?? '' }, by());
    expect((await requestToken(server, app)).status).toBe(401);
    expect((await requestToken(server, withSecret(app, second.secret))).status).toBe(200);
    await removeSecret(db, { clientId: app.clientId, secretId: second.id }, by());
    expect((await requestToken(server, withSecret(app, second.secret))).status).toBe(401);
  });

  it('ends when it expires, and only it', async () => {
    const app = await aMachine();
    const expiresAt = new Date(Date.now() + 3600_000);
    const brief = await addSecret(server.database.db, { clientId: app.clientId, name: 'brief', expiresAt }, by());
    expect((await requestToken(server, withSecret(app, brief.secret))).status).toBe(200);
    controlTime();
    travel(3601);
    expect((await requestToken(server, withSecret(app, brief.secret))).status).toBe(401);
    expect((await requestToken(server, app)).status).toBe(200);
  });

  it('is not added to an app that has none', async () => {
    const spa = await aClient(server.database, { type: 'spa' });
    await expect(addSecret(server.database.db, { clientId: spa.clientId, name: 'x' }, by())).rejects.toThrow('none');
  });

  it('does nothing for a disabled app', async () => {
    const app = await aMachine();
    const { db } = server.database;
    await db.updateTable('clients').set({ disabled_at: new Date() }).where('id', '=', app.clientId).execute();
    expect((await requestToken(server, app)).body.error).toBe('invalid_client');
  });
});

describe('guessing secrets', () => {
  it('B14: is slowed down, while the app itself goes on from the same address and from others', async () => {
    const app = await aMachine();
    const answers: Awaited<ReturnType<typeof requestFrom>>[] = [];
    for (let index = 0; index < 40; index += 1) {
      answers.push(await requestFrom('192.0.2.1', withSecret(app, `wrong-${index}`)));
    }
    const throttled = answers.filter(({ status }) => status === 429);
    expect(throttled.length).toBeGreaterThanOrEqual(10);
    expect(answers.filter(({ status }) => status === 401).length).toBe(40 - throttled.length);
    expect(Number(throttled[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(throttled[0]?.body.error).not.toBe('invalid_client');
    expect((await requestFrom('192.0.2.1', app)).status).toBe(200);
    expect((await requestFrom('192.0.2.2', app)).status).toBe(200);
    expect((await requestFrom('192.0.2.2', withSecret(app, 'wrong'))).status).toBe(401);
    expect((await requestFrom('192.0.2.1', withSecret(await aMachine(), 'wrong'))).status).toBe(401);
    expect(server.logged.join('')).not.toContain('wrong-1');
  });

  it('B14: is written to the audit trail', async () => {
    const app = await aMachine();
    await requestToken(server, withSecret(app, 'wrong'));
    const events = await server.database.db
      .selectFrom('audit_events')
      .selectAll()
      .where('client_id', '=', app.clientId)
      .where('type', '=', 'client.authentication_failed')
      .execute();
    expect(events).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain('"wrong"');
  });

  it('leaves no secret in the log', async () => {
    const app = await aMachine();
    await requestToken(server, app);
    await post(server, '/token', { ...FORM, client_id: app.clientId, client_secret: app.clientSecret });
    const log = server.logged.join('');
    expect(log).toContain('"path":"/token"');
    for (const secret of [app.clientSecret, encodeURIComponent(app.clientSecret), basic(app).slice(6)]) {
      expect(log).not.toContain(secret);
    }
  });
});
