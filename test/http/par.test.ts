import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());
afterEach(releaseTime);

type App = Awaited<ReturnType<typeof aClient>>;
const anApp = (wanted: { requirePar?: boolean } = {}) => aClient(server.database, { type: 'web', ...wanted });

async function push(app: App, changes: Record<string, string | undefined> = {}) {
  const parameters = authorizationParameters(app, changes);
  const answer = await post(server, '/request', Object.fromEntries(parameters), app.clientSecret ? app : undefined);
  const body = answer.body as unknown as { request_uri?: string; expires_in?: number; error?: string };
  return { status: answer.status, headers: answer.headers, body, requestUri: body.request_uri ?? '' };
}

const pushed = (app: { clientId: string }, requestUri: string) =>
  `${server.issuer}/auth?${new URLSearchParams({ client_id: app.clientId, request_uri: requestUri })}`;

/** What a pushed request is told when it is of no use: on a page, or back at the app. */
async function refusal(url: string) {
  const page = await new Person(server.issuer).visit(url);
  expect(page.text).not.toContain('name="password"');
  if (page.leftTo) {
    expect(page.leftTo.origin + page.leftTo.pathname).toBe(CALLBACK);
    expect(page.leftTo.searchParams.has('code')).toBe(false);
    return page.leftTo.searchParams.get('error');
  }
  expect(page.response.status).toBe(400);
  return page.text.match(/<code>(\w+)<\/code>/)?.[1];
}

describe('a pushed authorization request', () => {
  it('G02: gets an address for a minute, and leads to a code', async () => {
    const app = await anApp();
    const { status, headers, body, requestUri } = await push(app, { state: 'pushed state' });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({ request_uri: expect.any(String), expires_in: 60 });
    expect(requestUri).toMatch(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);

    const callback = await new Person(server.issuer).authorize(pushed(app, requestUri), ada);
    expect(callback.searchParams.get('state')).toBe('pushed state');
    expect(callback.searchParams.get('iss')).toBe(server.issuer);
    const code = callback.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
    expect((await post(server, '/token', form, app)).status).toBe(200);
  });

  it('G02: has an address that nobody guesses', async () => {
    const app = await anApp();
    const addresses = await Promise.all(Array.from({ length: 20 }, async () => (await push(app)).requestUri));
    expect(new Set(addresses).size).toBe(20);
    expect(new Set(addresses.map((address) => address.slice(-43, -38))).size).toBe(20);
  });

  it('G02: is for the app that pushed it', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const { requestUri } = await push(app);
    await refusal(pushed(other, requestUri));
    expect((await new Person(server.issuer).authorize(pushed(app, requestUri), ada)).searchParams.has('code')).toBe(
      true,
    );
  });

  it('G02: is as it was pushed: what is added in the address does not count', async () => {
    const app = await anApp();
    const { requestUri } = await push(app, { scope: 'openid', state: 'pushed' });
    const extra = {
      scope: 'openid profile email',
      state: 'added',
      prompt: 'none',
      redirect_uri: 'https://evil.example/',
    };
    const person = new Person(server.issuer);
    const page = await person.visit(`${pushed(app, requestUri)}&${new URLSearchParams(extra)}`);
    expect(page.leftTo).toBeUndefined();
    const consent = await person.submit(page, '/sign-in', ada);
    expect(consent.text).not.toContain('your name');
    const { leftTo } = await person.submit(consent, '/consent');
    expect(leftTo?.href).toContain(CALLBACK);
    expect(leftTo?.searchParams.get('state')).toBe('pushed');
  });

  it('G01: needs the app to prove who it is, as at the token endpoint', async () => {
    const app = await anApp();
    const form = Object.fromEntries(authorizationParameters(app));
    for (const credentials of [undefined, { ...app, clientSecret: 'wrong' }]) {
      const { status, body } = await post(server, '/request', form, credentials);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
    const posted = await aClient(server.database, { type: 'web', authMethod: 'client_secret_post' });
    const inBody = { ...Object.fromEntries(authorizationParameters(posted)), client_secret: posted.clientSecret };
    expect((await post(server, '/request', inBody)).status).toBe(201);
    const other = await anApp();
    expect((await post(server, '/request', form, other)).status).toBe(400);
  });

  it('G01: does not come with a request_uri or a request object inside', async () => {
    const app = await anApp();
    const { requestUri } = await push(app);
    expect((await push(app, { request_uri: requestUri })).body.error).toMatch(
      /^(invalid_request|request_uri_not_supported)$/,
    );
    expect((await push(app, { request: 'e30.e30.' })).body.error).toBe('request_not_supported');
  });

  it('G03: ends after a minute', async () => {
    const app = await anApp();
    const [early, late] = [await push(app), await push(app)];
    controlTime();
    travel(55);
    expect((await new Person(server.issuer).visit(pushed(app, early.requestUri))).text).toContain('name="password"');
    travel(6);
    expect(await refusal(pushed(app, late.requestUri))).toBe('invalid_request_uri');
  });

  it('G03: can be loaded again before the sign-in, and not after it', async () => {
    const app = await anApp();
    const { requestUri } = await push(app);
    const person = new Person(server.issuer);
    for (let times = 0; times < 2; times += 1) {
      expect((await person.visit(pushed(app, requestUri))).text).toContain('name="password"');
    }
    expect((await person.authorize(pushed(app, requestUri), ada)).searchParams.has('code')).toBe(true);
    const again = await person.visit(pushed(app, requestUri));
    expect(again.leftTo?.searchParams.has('code') ?? false).toBe(false);
    expect(await refusal(pushed(app, requestUri))).toBe('invalid_request_uri');
  });

  it('G03: that does not exist is refused', async () => {
    const app = await anApp();
    const { requestUri } = await push(app);
    for (const wrong of [
      `${requestUri}x`,
      requestUri.slice(0, -1),
      'urn:ietf:params:oauth:request_uri:',
      'urn:ietf:params:oauth:request_uri:é',
    ]) {
      expect(await refusal(pushed(app, wrong))).toBe('invalid_request_uri');
    }
    expect(await refusal(pushed(app, 'https://app.example.com/request'))).toBe('request_uri_not_supported');
  });

  it.each([
    ['another redirect URI', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a broken scope', { scope: 'openid "x"' }, 'invalid_scope'],
    ['an API that the app may not use', { resource: 'https://api.example.com' }, 'invalid_target'],
    ['an unknown prompt', { prompt: 'bogus' }, 'invalid_request'],
    ['an unknown response mode', { response_mode: 'bogus' }, 'unsupported_response_mode'],
  ])('G04: is checked like any other: %s', async (_what, changes, error) => {
    const { status, body, requestUri } = await push(await anApp(), changes);
    expect([status, body.error, requestUri]).toEqual([400, error, '']);
  });

  it('G04: of a public app is checked the same', async () => {
    const spa = await aClient(server.database, { type: 'spa' });
    expect((await push(spa, { redirect_uri: 'https://evil.example/' })).body.error).toBe('invalid_request');
    const { status, requestUri } = await push(spa);
    expect(status).toBe(201);
    expect((await new Person(server.issuer).authorize(pushed(spa, requestUri), ada)).searchParams.has('code')).toBe(
      true,
    );
  });

  it('G05: comes by POST, as a form, and not too large', async () => {
    const app = await anApp();
    const parameters = authorizationParameters(app);
    expect((await fetch(`${server.issuer}/request?${parameters}`)).status).toBe(405);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const response = await fetch(`${server.issuer}/request`, json);
    expect([response.status, ((await response.json()) as { error?: string }).error]).toEqual([400, 'invalid_request']);
    expect((await push(app, { state: 'x'.repeat(60_000) })).status).toBe(413);
  });

  it('G06: is the only way for an app that is set so', async () => {
    const app = await anApp({ requirePar: true });
    const response = await new Person(server.issuer).request(authorizationUrl(server, app));
    const { searchParams } = new URL(response.headers.get('location') ?? '');
    expect([searchParams.get('error'), searchParams.get('code')]).toEqual(['invalid_request', null]);
    const { requestUri } = await push(app);
    expect((await new Person(server.issuer).authorize(pushed(app, requestUri), ada)).searchParams.has('code')).toBe(
      true,
    );
  });
});
