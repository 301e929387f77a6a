import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { basic, post, requestToken } from '../support/tokens.ts';

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

type App = Awaited<ReturnType<typeof aClient>>;
const OTHER = 'https://app.example.com/other';
const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const anApp = (redirectUris = [CALLBACK, OTHER]) =>
  aClient(server.database, { type: 'web', redirectUris, subscriptions: subscriptions() });

async function formOf(app: App, changes: Record<string, string> = {}, person = new Person(server.issuer)) {
  const callback = await person.authorize(authorizationUrl(server, app, changes), ada);
  const code = callback.searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
}

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

describe('a code', () => {
  it('B04: is for the app that asked for it', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const spa = await aClient(server.database, { type: 'spa' });
    const form = await formOf(app);
    expect((await post(server, '/token', form, other)).body.error).toBe('invalid_grant');
    const asPublic = await post(server, '/token', { ...form, client_id: spa.clientId });
    expect(asPublic.body.error).toBe('invalid_grant');
    const anonymous = await post(server, '/token', { ...form, client_id: app.clientId });
    expect(anonymous.body.error).toBe('invalid_client');
    expect((await post(server, '/token', form, app)).status).toBe(200);
  });

  it('B04: is for the redirect URI that it was sent to', async () => {
    const app = await anApp();
    const form = await formOf(app);
    for (const redirectUri of [OTHER, `${CALLBACK}/`, 'https://evil.example/', '']) {
      const { status, body } = await post(server, '/token', { ...form, redirect_uri: redirectUri }, app);
      expect(status).toBe(400);
      expect(body.error).toMatch(redirectUri ? /^invalid_grant$/ : /^invalid_(grant|request)$/);
    }
    const { redirect_uri: _left, ...without } = form;
    expect((await post(server, '/token', without, app)).status).toBe(400);
    expect((await post(server, '/token', form, app)).status).toBe(200);
  });

  it('B05: lives for a minute', async () => {
    const app = await anApp();
    const [early, late] = [await formOf(app), await formOf(app)];
    controlTime();
    travel(55);
    expect((await post(server, '/token', early, app)).status).toBe(200);
    travel(6);
    const { status, body } = await post(server, '/token', late, app);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('B07: cannot be guessed, and neither can a refresh or an access token', async () => {
    const app = await anApp();
    const person = new Person(server.issuer);
    await formOf(app, OFFLINE, person);
    const values: Record<string, string[]> = { code: [], refresh: [], access: [] };
    let refreshToken = '';
    for (let index = 0; index < 50; index += 1) {
      const callback = await person.authorize(authorizationUrl(server, app), ada);
      values.code?.push(callback.searchParams.get('code') ?? '');
    }
    for (let index = 0; index < 50; index += 1) {
      const { body } = refreshToken
        ? await post(server, '/token', { grant_type: 'refresh_token', refresh_token: refreshToken }, app)
        : await post(server, '/token', await formOf(app, OFFLINE), app);
      refreshToken = body.refresh_token ?? '';
      values.refresh?.push(refreshToken);
      values.access?.push(body.access_token);
    }
    for (const [kind, made] of Object.entries(values)) {
      expect([kind, new Set(made).size]).toEqual([kind, 50]);
      const alphabet = new Set(made.join('')).size;
      for (const value of made) expect(value.length * Math.log2(alphabet)).toBeGreaterThanOrEqual(160);
      const prefixes = new Set(made.map((value) => value.slice(0, 4)));
      expect([kind, prefixes.size]).toEqual([kind, 50]);
      // Each place holds many different characters, so none of the length is filling.
      for (let place = 0; place < 40; place += 1) {
        expect(new Set(made.map((value) => value[place])).size).toBeGreaterThan(15);
      }
    }
  });

  it('B19: of one API is a token that no other one takes', async () => {
    const app = await anApp();
    const form = await formOf(app, { scope: 'openid reports:read', resource: api.identifier });
    const { body } = await post(server, '/token', form, app);
    const jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const checks = { issuer: server.issuer, typ: 'at+jwt' };
    await jwtVerify(body.access_token, jwks, { ...checks, audience: api.identifier });
    const elsewhere = jwtVerify(body.access_token, jwks, { ...checks, audience: 'https://other.example.com' });
    await expect(elsewhere).rejects.toThrow('aud');
    const userInfo = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${body.access_token}` } });
    expect(userInfo.status).toBe(401);
  });
});

describe('the token endpoint', () => {
  it('B08 B09: answers in JSON that nobody keeps', async () => {
    const app = await anApp();
    const { headers, body } = await post(server, '/token', await formOf(app, OFFLINE), app);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      id_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid offline_access',
    });
    const introspected = await post(server, '/token/introspection', { token: body.access_token }, app);
    const bearer = { headers: { authorization: `Bearer ${body.access_token}` } };
    const userInfo = await fetch(`${server.issuer}/me`, bearer);
    const machine = await aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
    const pushed = await post(server, '/request', { response_type: 'code' }, app);
    const refused = await post(server, '/token', { grant_type: 'authorization_code', code: 'x' }, app);
    for (const answer of [introspected, userInfo, await requestToken(server, machine), pushed, refused]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    }
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('B11: takes no code from the address', async () => {
    const app = await anApp();
    const form = await formOf(app);
    const { status } = await post(server, `/token?${new URLSearchParams(form)}`, {}, app);
    expect(status).toBe(400);
    expect((await post(server, '/token', form, app)).status).toBe(200);
    expect(server.logged.join('')).not.toContain(form.code);
  });

  it('B13: takes a form by POST and nothing else', async () => {
    const app = await anApp();
    const form = await formOf(app);
    const authorization = basic(app);
    const get = await fetch(`${server.issuer}/token?${new URLSearchParams(form)}`, { headers: { authorization } });
    expect([404, 405]).toContain(get.status);
    for (const [type, body] of [
      ['application/json', JSON.stringify(form)],
      ['text/plain', new URLSearchParams(form).toString()],
      ['multipart/form-data; boundary=x', '--x--'],
    ] as const) {
      const headers = { authorization, 'content-type': type };
      const response = await fetch(`${server.issuer}/token`, { method: 'POST', headers, body });
      expect([400, 415]).toContain(response.status);
      expect(await response.json()).toHaveProperty('error', 'invalid_request');
    }
    expect((await post(server, '/token', form, app)).status).toBe(200);
  });

  it('B15: gives no client credentials token to a public app, and no refresh token to any', async () => {
    for (const type of ['spa', 'native'] as const) {
      const app = await aClient(server.database, { type, subscriptions: subscriptions() });
      const { status, body } = await post(server, '/token', {
        grant_type: 'client_credentials',
        client_id: app.clientId,
      });
      expect([status, body.error]).toEqual([400, 'unauthorized_client']);
    }
    const machine = await aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
    const { body } = await requestToken(server, machine, { scope: 'reports:read' });
    expect(body.access_token).toBeTruthy();
    expect([body.refresh_token, body.id_token]).toEqual([undefined, undefined]);
    expect((await requestToken(server, machine, { scope: 'offline_access' })).body.error).toBe('invalid_scope');
  });

  it('B16: lets an app use only its own grants', async () => {
    const machine = await aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
    const web = await anApp();
    const form = await formOf(web);
    for (const [app, wanted] of [
      [machine, form],
      [machine, { grant_type: 'refresh_token', refresh_token: 'x' }],
      [web, { grant_type: 'client_credentials' }],
    ] as [App, Record<string, string>][]) {
      const { status, body } = await post(server, '/token', wanted, app);
      expect([status, body.error]).toEqual([400, 'unauthorized_client']);
    }
    expect((await post(server, '/token', form, web)).status).toBe(200);
  });

  it('B16: knows no other grants', async () => {
    const app = await anApp();
    for (const grantType of [
      'implicit',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'urn:openid:params:grant-type:ciba',
      'AUTHORIZATION_CODE',
      'constructor',
    ]) {
      const { status, body } = await post(server, '/token', { grant_type: grantType }, app);
      expect([grantType, status, body.error]).toEqual([grantType, 400, 'unsupported_grant_type']);
    }
    expect((await post(server, '/token', {}, app)).body.error).toBe('invalid_request');
  });
});

describe('UserInfo', () => {
  it('B21: takes no token from the address', async () => {
    const app = await anApp();
    const { body } = await post(server, '/token', await formOf(app), app);
    const inQuery = await fetch(`${server.issuer}/me?access_token=${body.access_token}`);
    expect([inQuery.status, ((await inQuery.json()) as { error?: string }).error]).toEqual([400, 'invalid_request']);
    expect(server.logged.join('')).not.toContain(body.access_token);
  });

  it('I07: tells the same by GET and POST, and says what is missing', async () => {
    const app = await anApp();
    const { body } = await post(server, '/token', await formOf(app, { scope: 'openid email' }), app);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const [get, posted] = await Promise.all(
      ['GET', 'POST'].map(async (method) => (await fetch(`${server.issuer}/me`, { method, headers })).json()),
    );
    expect(get).toEqual({ sub: ada.account.id, email: ada.email, email_verified: true });
    expect(posted).toEqual(get);
    for (const token of ['x', body.id_token, '']) {
      const refused = await fetch(`${server.issuer}/me`, {
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
  });

  it('A28 I08: is asked for with openid; a request for its claims alone is refused before anyone signs in', async () => {
    for (const app of [await aClient(server.database, { type: 'web' }), await anApp()]) {
      for (const scope of ['email', 'bogus']) {
        const { leftTo } = await new Person(server.issuer).visit(authorizationUrl(server, app, { scope, nonce: '' }));
        expect(leftTo?.searchParams.get('error')).toBe('invalid_scope');
      }
    }
  });

  it('A28: an app with one API that names no scope asks for all that it may have of it', async () => {
    const app = await anApp();
    const { body } = await post(server, '/token', await formOf(app, { scope: '', nonce: '' }), app);
    expect(body.scope).toBe('reports:read');
    expect(body.access_token.split('.')).toHaveLength(3);
  });
});
