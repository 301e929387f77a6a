import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let bob: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  bob = await aPerson(server.database, { name: 'Bob' });
});
afterAll(() => server.stop());
afterEach(releaseTime);

type App = Awaited<ReturnType<typeof aClient>>;
const anApp = () => aClient(server.database, { type: 'web' });

/** What a request without a page is told. */
async function silently(person: Person, app: App, changes: Record<string, string> = {}) {
  const response = await person.request(authorizationUrl(server, app, { prompt: 'none', ...changes }));
  expect(response.status).toBe(303);
  const target = new URL(response.headers.get('location') ?? '', server.issuer);
  expect(target.origin + target.pathname).toBe(CALLBACK);
  return Object.fromEntries(target.searchParams);
}

async function redeem(app: App, callback: URL) {
  const code = callback.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  const { status, body } = await post(server, '/token', form, app);
  expect(status).toBe(200);
  return { body, claims: decodeJwt(body.id_token ?? '') };
}

describe('prompt=none', () => {
  it('I02: is login_required without a session', async () => {
    expect(await silently(new Person(server.issuer), await anApp())).toMatchObject({ error: 'login_required' });
  });

  it('I02: is consent_required without consent, and gives no code', async () => {
    const { person } = await signIn(server, await anApp(), ada);
    const answer = await silently(person, await anApp());
    expect(answer.error).toBe('consent_required');
    expect(answer.code).toBeUndefined();
  });

  it('I02: is consent_required for more than was agreed to', async () => {
    const api = await anApi(server.database);
    const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
    const app = await aClient(server.database, { type: 'web', subscriptions });
    const { person } = await signIn(server, app, ada);
    expect(await silently(person, app)).toMatchObject({ code: expect.any(String) });
    expect(await silently(person, app, { scope: 'openid email' })).toMatchObject({ error: 'consent_required' });
    const more = { scope: 'openid reports:read', resource: api.identifier };
    expect(await silently(person, app, more)).toMatchObject({ error: 'consent_required' });
  });

  it('I02: gives a code to whom the person has agreed to before', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    expect(await silently(person, app)).toMatchObject({ code: expect.any(String), state: 'a-state' });
  });

  it('I02: stands alone', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    expect(await silently(person, app, { prompt: 'none login' })).toMatchObject({ error: 'invalid_request' });
  });
});

describe('a fresh sign-in', () => {
  it('I03: is asked for by prompt=login, and the ID token tells its time', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const first = await redeem(app, await person.authorize(authorizationUrl(server, app, { max_age: '9999' }), ada));
    controlTime();
    travel(60);
    const login = await person.visit(authorizationUrl(server, app, { prompt: 'login', max_age: '9999' }));
    expect(login.text).toContain('name="password"');
    const { leftTo } = await person.submit(login, '/sign-in', ada);
    const second = await redeem(app, leftTo ?? new URL(CALLBACK));
    expect(Number(second.claims.auth_time)).toBeGreaterThanOrEqual(Number(first.claims.auth_time) + 60);
  });

  it('I03: is not got round by going on without the password', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const login = await person.visit(authorizationUrl(server, app, { prompt: 'login' }));
    const resumed = await person.visit(login.url.replace('/interaction/', '/auth/'));
    expect(resumed.leftTo?.searchParams.get('code') ?? null).toBeNull();
  });

  it('I03: is asked for when the last one is older than max_age, and only then', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    controlTime();
    travel(100);
    const recent = await person.visit(authorizationUrl(server, app, { max_age: '101' }));
    expect(recent.leftTo?.searchParams.get('code')).toBeTruthy();
    const { claims } = await redeem(app, recent.leftTo ?? new URL(CALLBACK));
    expect(claims.auth_time).toEqual(expect.any(Number));
    travel(2);
    expect(await silently(person, app, { max_age: '101' })).toMatchObject({ error: 'login_required' });
    const old = await person.visit(authorizationUrl(server, app, { max_age: '101' }));
    expect(old.text).toContain('name="password"');
  });

  it.each(['-1', '1.5', 'soon', '1e400'])('I03: has a max_age in whole seconds, not %s', async (maxAge) => {
    const answer = await silently(new Person(server.issuer), await anApp(), { max_age: maxAge });
    expect(answer).toMatchObject({ error: 'invalid_request' });
  });

  it('I03: is asked for by max_age=0', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const page = await person.visit(authorizationUrl(server, app, { max_age: '0' }));
    expect(page.text).toContain('name="password"');
  });

  it('I03: of another person takes the place of the first one', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const login = await person.visit(authorizationUrl(server, app, { prompt: 'login' }));
    let page = await person.submit(login, '/sign-in', bob);
    expect(page.text).toContain('/session/end/confirm');
    page = await person.submit(page, '/session/end/confirm');
    if (page.text.includes('/consent"')) page = await person.submit(page, '/consent');
    const { claims } = await redeem(app, page.leftTo ?? new URL(CALLBACK));
    expect(claims.sub).toBe(bob.account.id);
  });

  it('prompt=consent asks again for what the person has agreed to', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const page = await person.visit(authorizationUrl(server, app, { prompt: 'consent' }));
    expect(page.text).toMatch(/action="[^"]*\/consent"/);
  });
});

describe('an id_token_hint', () => {
  it('I04: goes on for the person it names', async () => {
    const app = await anApp();
    const { person, tokens } = await signIn(server, app, ada);
    const answer = await silently(person, app, { id_token_hint: tokens.id_token ?? '' });
    expect(answer).toMatchObject({ code: expect.any(String) });
  });

  it('I04: of one person never gets an answer for another', async () => {
    const app = await anApp();
    const { tokens } = await signIn(server, app, ada);
    const { person } = await signIn(server, app, bob);
    const changes = { id_token_hint: tokens.id_token ?? '' };
    expect(await silently(person, app, changes)).toMatchObject({ error: 'login_required' });
    const page = await person.visit(authorizationUrl(server, app, changes));
    expect(page.text).toContain('name="password"');
  });

  it('I04 D14: of another issuer, of another app, altered or of another kind is refused', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const { person, tokens } = await signIn(server, app, ada);
    const foreign = await signIn(server, other, ada);
    const [header, payload, signature = ''] = (tokens.id_token ?? '').split('.');
    const issued = { ...decodeJwt(tokens.id_token ?? ''), iss: 'https://evil.example' };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const hints = {
      'of another app': foreign.tokens.id_token ?? '',
      'of another issuer': `${header}.${encode(issued)}.${signature}`,
      unsigned: `${encode({ alg: 'none' })}.${payload}.`,
      altered: `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      'an access token': tokens.access_token,
      garbage: 'x.y.z',
    };
    for (const [kind, hint] of Object.entries(hints)) {
      expect([kind, (await silently(person, app, { id_token_hint: hint })).error]).toEqual([kind, 'invalid_request']);
    }
  });
});
