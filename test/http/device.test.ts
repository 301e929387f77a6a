import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { connect, DEVICE_GRANT, enterCode, poll, pollForm, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { sendRaw } from '../support/raw.ts';
import { discover } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
  app = await aDevice();
});
afterAll(() => server.stop());

const aDevice = (name = 'Living room TV') =>
  aClient(server.database, {
    type: 'device',
    name,
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
const aBrowser = () => new Person(server.issuer);
const forApi = () => ({ scope: 'openid offline_access reports:read reports:write', resource: api.identifier });

async function connected(device = app, parameters: Record<string, string> = {}) {
  const started = await startDevice(server, device, parameters);
  const page = await connect(aBrowser(), started.user_code, ada);
  expect(page.text).toContain('is connected');
  return started;
}

const events = async (type: string) => {
  const { db } = server.database;
  return db.selectFrom('audit_events').selectAll().where('type', '=', type).orderBy('id').execute();
};

describe('the device authorization endpoint', () => {
  it('H01: answers with codes, addresses on the issuer, life and interval', async () => {
    const response = await post(server, '/device_authorization', { client_id: app.clientId, scope: 'openid' });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { user_code: userCode } = response.body as unknown as { user_code: string };
    expect(response.body).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^([BCDFGHJKLMNPQRSTVWXZ]{3}-){2}[BCDFGHJKLMNPQRSTVWXZ]{3}$/),
      verification_uri: `${server.issuer}/device`,
      verification_uri_complete: `${server.issuer}/device?user_code=${userCode}`,
      expires_in: 600,
      interval: 5,
    });
  });

  it('H01: takes its addresses from the issuer, whatever the request says about the host', async () => {
    const ask = (host: string) =>
      sendRaw(server, {
        method: 'POST',
        path: '/device_authorization',
        headers: {
          host,
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: `client_id=${app.clientId}&scope=openid`,
      });
    const own = await ask(new URL(server.issuer).host);
    expect(own.text).toContain(`"verification_uri":"${server.issuer}/device"`);
    expect(own.text).not.toContain('evil.example');
    expect((await ask('evil.example')).status).toBe(421);
  });

  it('H08: refuses a confidential app that does not authenticate, and one that may not use it', async () => {
    const web = await aClient(server.database, { type: 'web' });
    const form = { client_id: web.clientId, scope: 'openid' };
    const anonymous = await post(server, '/device_authorization', form);
    expect([anonymous.status, anonymous.body.error]).toEqual([401, 'invalid_client']);
    const authenticated = await post(server, '/device_authorization', form, web);
    expect([authenticated.status, authenticated.body.error]).toEqual([400, 'unauthorized_client']);
    const unknown = await post(server, '/device_authorization', { client_id: 'app_unknown', scope: 'openid' });
    expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_client']);
    const poll = await post(server, '/token', { grant_type: DEVICE_GRANT, device_code: 'x' }, web);
    expect([poll.status, poll.body.error]).toEqual([400, 'unauthorized_client']);
  });

  it('refuses scopes that nobody knows and APIs that the app has no subscription of', async () => {
    const other = await anApi(server.database);
    const ask = (form: Record<string, string>) =>
      post(server, '/device_authorization', { client_id: app.clientId, ...form });
    expect((await ask({ scope: 'nobody:knows' })).body.error).toBe('invalid_scope');
    expect((await ask({ scope: 'reports:read', resource: other.identifier })).body.error).toBe('invalid_target');
  });

  it.each(['GET', 'PUT', 'DELETE'])('answers 405 to %s', async (method) => {
    const response = await fetch(`${server.issuer}/device_authorization`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a device that a person connects', () => {
  it('gets a JWT for its API, an ID token and a refresh token that rotates', async () => {
    const device = await connected(app, forApi());
    const { status, body } = await poll(server, app, device);
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)).toMatchObject({
      iss: server.issuer,
      aud: api.identifier,
      sub: ada.account.id,
      client_id: app.clientId,
      scope: 'reports:read',
      grant_id: expect.any(String),
      jti: expect.any(String),
    });
    expect(decodeJwt(body.id_token ?? '')).toMatchObject({ aud: app.clientId, sub: ada.account.id });

    const refresh = (token = '') =>
      post(server, '/token', { grant_type: 'refresh_token', client_id: app.clientId, refresh_token: token });
    const next = await refresh(body.refresh_token);
    expect(decodeJwt(next.body.access_token).aud).toBe(api.identifier);
    expect(next.body.refresh_token).not.toBe(body.refresh_token);
    expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(next.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('gets a token for its only API when it names none, with the scopes that it may have', async () => {
    const form = { client_id: app.clientId };
    const { body } = await post(server, '/device_authorization', form);
    const device = body as unknown as { device_code: string; user_code: string };
    await connect(aBrowser(), device.user_code, ada);
    const tokens = await poll(server, app, device);
    expect(decodeJwt(tokens.body.access_token)).toMatchObject({ aud: api.identifier, scope: 'reports:read' });
    expect(tokens.body.refresh_token).toBeUndefined();
  });

  it('is served as openid-client does it', async () => {
    const configuration = await discover(server, app);
    const device = await client.initiateDeviceAuthorization(configuration, { scope: 'openid email' });
    await connect(aBrowser(), device.user_code, ada);
    const tokens = await client.pollDeviceAuthorizationGrant(configuration, { ...device, interval: 0 });
    expect(tokens.claims()?.sub).toBe(ada.account.id);
    const claims = await client.fetchUserInfo(configuration, tokens.access_token, ada.account.id);
    expect(claims.email).toBe(ada.email);
  });

  it('keeps what it got when its person signs out of the browser', async () => {
    const browser = aBrowser();
    const [early, late] = [await startDevice(server, app), await startDevice(server, app, forApi())];
    for (const device of [early, late]) await connect(browser, device.user_code, ada);
    const { body } = await poll(server, app, early);
    await browser.submit(await browser.visit('/session/end'), '/session/end/confirm', { logout: 'yes' });
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await fetch(`${server.issuer}/me`, { headers })).status).toBe(200);
    expect((await poll(server, app, late)).status).toBe(200);
  });

  it('has a family of tokens of its own: another device stays connected when its own is revoked', async () => {
    const browser = aBrowser();
    const [first, second] = [await startDevice(server, app, forApi()), await startDevice(server, app, forApi())];
    for (const device of [first, second]) await connect(browser, device.user_code, ada);
    await poll(server, app, first);
    const tokens = await poll(server, app, second);
    expect((await poll(server, app, first)).body.error).toBe('invalid_grant');
    const form = { grant_type: 'refresh_token', client_id: app.clientId };
    const refreshed = await post(server, '/token', { ...form, refresh_token: tokens.body.refresh_token ?? '' });
    expect(refreshed.status).toBe(200);
  });

  it('is in the audit trail: who connected it, and that it got its tokens', async () => {
    const device = await connected();
    await poll(server, app, device);
    for (const type of ['device.connected', 'device.exchanged']) {
      const event = (await events(type)).at(-1);
      expect(event).toMatchObject({ client_id: app.clientId, account_id: ada.account.id });
    }
  });
});

describe('a device code', () => {
  it('H04: works once; when it comes back, what it got is revoked', async () => {
    const device = await connected(app, forApi());
    const tokens = await poll(server, app, device);
    expect((await poll(server, app, device)).body.error).toBe('invalid_grant');
    const form = { grant_type: 'refresh_token', client_id: app.clientId };
    const after = await post(server, '/token', { ...form, refresh_token: tokens.body.refresh_token ?? '' });
    expect(after.body.error).toBe('invalid_grant');
    expect((await events('grant.revoked')).at(-1)?.detail).toMatchObject({ reason: 'reuse' });
  });

  it('H04: belongs to its app', async () => {
    const other = await aDevice('Another TV');
    const device = await connected();
    const stolen = await poll(server, other, device);
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
    expect((await poll(server, app, device)).status).toBe(200);
  });

  it('H04: is unlike any other, and has at least 256 bits', async () => {
    const codes = await Promise.all(
      Array.from({ length: 100 }, async () => (await startDevice(server, app)).device_code),
    );
    expect(new Set(codes.map((code) => code.slice(0, 8))).size).toBe(100);
    expect(codes.every((code) => code.length >= 43)).toBe(true);
  });

  it('cannot be had from the user code, in no form that the server uses inside', async () => {
    const device = await connected();
    for (const guess of [device.user_code, device.user_code.replaceAll('-', '')]) {
      for (const prefix of ['', 'user code ', 'user_code:']) {
        const answer = await poll(server, app, { device_code: prefix + guess });
        expect(answer.body.error).toBe('invalid_grant');
      }
    }
    expect((await poll(server, app, device)).status).toBe(200);
  });

  it('ends with its app', async () => {
    const doomed = await aDevice('Doomed TV');
    const device = await startDevice(server, doomed);
    const confirm = await enterCode(aBrowser(), device.user_code);
    expect(confirm.text).toContain('Doomed TV');
    const by = { actor: { type: 'operator' } as const, now: new Date() };
    await disableClient(server.database.db, { clientId: doomed.clientId, reason: 'test' }, by);
    expect((await enterCode(aBrowser(), device.user_code)).text).toContain('No device is waiting');
    expect((await poll(server, doomed, device)).body.error).toBe('invalid_client');
  });

  it('is told when something at the token endpoint is missing', async () => {
    const { device_code: _, ...form } = pollForm(app, { device_code: '' });
    expect((await post(server, '/token', form)).body.error).toBe('invalid_request');
    expect((await poll(server, app, { device_code: 'unknown' })).body.error).toBe('invalid_grant');
  });
});
