import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  app = await aClient(server.database, { type: 'web' });
});
afterAll(() => server.stop());

type Changes = Record<string, string | undefined>;

const ask = (url: string) => new Person(server.issuer).request(url);

/** What the app is told at once, in the query or the fragment. */
async function refusal(changes: Changes) {
  const response = await ask(authorizationUrl(server, app, changes));
  const target = new URL(response.headers.get('location') ?? '', server.issuer);
  expect(target.origin + target.pathname).toBe(CALLBACK);
  return Object.fromEntries(new URLSearchParams(target.search || target.hash.slice(1)));
}

async function grant(changes: Changes) {
  const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app, changes), ada);
  const code = callback.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  return { callback, ...(await post(server, '/token', form, app)) };
}

describe('the flows', () => {
  it.each([
    'token',
    'id_token',
    'id_token token',
    'code token',
    'code id_token',
    'code id_token token',
    'none',
    'bogus',
  ])('A15: are the code flow only: response_type=%s is refused', async (responseType) => {
    const answer = await refusal({ response_type: responseType });
    expect(answer).toMatchObject({ error: 'unsupported_response_type', state: 'a-state', iss: server.issuer });
    expect(Object.keys(answer)).not.toEqual(expect.arrayContaining(['code', 'access_token', 'id_token']));
  });

  it('A15: say so in the metadata', async () => {
    const metadata = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as object;
    expect(metadata).toMatchObject({ response_types_supported: ['code'] });
    expect(metadata).toHaveProperty('grant_types_supported', expect.not.arrayContaining(['implicit', 'password']));
  });

  it('A16: know no password grant', async () => {
    const { email, password } = ada;
    const { status, body } = await post(server, '/token', { grant_type: 'password', username: email, password }, app);
    expect(status).toBe(400);
    expect(body.error).toBe('unsupported_grant_type');
  });
});

describe('the parameters of a request', () => {
  it.each(['scope', 'state', 'code_challenge', 'response_type', 'nonce', 'prompt'])(
    'A22: come once: two of %s are refused, even when they are the same',
    async (name) => {
      const parameters = authorizationParameters(app, { prompt: 'login' });
      parameters.append(name, parameters.get(name) ?? '');
      const response = await ask(`${server.issuer}/auth?${parameters}`);
      const { searchParams } = new URL(response.headers.get('location') ?? '', server.issuer);
      expect(searchParams.get('error')).toBe('invalid_request');
      expect(searchParams.get('state')).toBe(name === 'state' ? null : 'a-state');
    },
  );

  it.each(['client_id', 'redirect_uri'])('A22: come once: two of %s lead nowhere', async (name) => {
    const redirectUris = [CALLBACK, 'https://app.example.com/other'];
    const two = await aClient(server.database, { type: 'web', redirectUris });
    for (const second of [authorizationParameters(two).get(name) ?? '', 'https://evil.example/']) {
      const parameters = authorizationParameters(two);
      parameters.append(name, second);
      const response = await ask(`${server.issuer}/auth?${parameters}`);
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
    }
  });

  it('A22: come once: a second redirect URI never gets an answer', async () => {
    const parameters = authorizationParameters(app, { redirect_uri: 'https://evil.example/' });
    parameters.append('redirect_uri', CALLBACK);
    const response = await ask(`${server.issuer}/auth?${parameters}`);
    expect(response.headers.get('location') ?? '').not.toContain('evil.example');
    expect(response.headers.get('location') ?? '').not.toContain('code=');
  });

  it('A22: come once at the token endpoint too', async () => {
    for (const name of ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'client_id']) {
      const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app), ada);
      const form: [string, string][] = Object.entries({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: CALLBACK,
        code_verifier: PKCE.verifier,
        client_id: app.clientId,
      });
      const doubled = [...form, ...form.filter(([key]) => key === name)];
      const { status, body } = await post(server, '/token', doubled, app);
      expect([status, body.error]).toEqual([400, 'invalid_request']);
      expect((await post(server, '/token', form, app)).status).toBe(200);
    }
  });

  it('A23: are ignored when nobody knows them', async () => {
    const { status } = await grant({ x: '1', 'utm_source"><script>': 'y', __proto__x: 'z' });
    expect(status).toBe(200);
  });

  it('A23: count as absent when they are empty', async () => {
    expect(await refusal({ code_challenge: '', code_challenge_method: '' })).toMatchObject({
      error: 'invalid_request',
    });
    const { callback, status } = await grant({ state: '', prompt: '', max_age: '', nonce: '', resource: '' });
    expect(status).toBe(200);
    expect(callback.searchParams.has('state')).toBe(false);
  });

  it('A24: may come by POST: the same request by GET answers it, with a 303', async () => {
    const person = new Person(server.issuer);
    const parameters = authorizationParameters(app, { state: 'ü +%2B&="' });
    const response = await person.request('/auth', { form: Object.fromEntries(parameters) });

    expect(response.status).toBe(303);
    const target = new URL(response.headers.get('location') ?? '', server.issuer);
    expect(target.pathname).toBe('/auth');
    expect([...target.searchParams]).toEqual([...parameters]);
    const callback = await person.authorize(target.href, ada);
    expect(callback.searchParams.get('state')).toBe('ü +%2B&="');
    expect(callback.searchParams.get('code')).toBeTruthy();
  });

  it('A24: by POST are refused like by GET', async () => {
    const form = Object.fromEntries(authorizationParameters(app, { redirect_uri: 'https://evil.example/' }));
    const page = await new Person(server.issuer).submit(
      { url: server.issuer, text: '<form method="post" action="/auth"></form>' },
      '/auth',
      form,
    );
    expect(page.response.status).toBe(400);
    expect(page.leftTo).toBeUndefined();
  });

  it('A28: get just the scopes of an API that the app may have, named in the answer', async () => {
    const api = await anApi(server.database);
    const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
    const reader = await aClient(server.database, { type: 'web', subscriptions });
    const scope = 'reports:read reports:write bogus';
    const changes = { scope, nonce: undefined, resource: api.identifier };
    const callback = await new Person(server.issuer).authorize(authorizationUrl(server, reader, changes), ada);
    const code = callback.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
    expect((await post(server, '/token', form, reader)).body.scope).toBe('reports:read');
  });
});

describe('errors', () => {
  it('A26: keep to the characters that the RFC allows, whatever was sent', async () => {
    const nasty = 'é"\\<b>\u2028';
    const answers: Record<string, string>[] = [];
    for (const name of [
      'response_type',
      'scope',
      'code_challenge',
      'code_challenge_method',
      'prompt',
      'max_age',
      'resource',
      'response_mode',
      'request',
      'request_uri',
      'id_token_hint',
      'registration',
    ]) {
      const changes = { [name]: nasty };
      const response = await ask(authorizationUrl(server, app, changes));
      const location = response.headers.get('location');
      if (location) {
        const target = new URL(location, server.issuer);
        answers.push(Object.fromEntries(new URLSearchParams(target.search || target.hash.slice(1))));
      }
      for (const path of ['/request', '/token']) {
        const form = { grant_type: 'authorization_code', ...Object.fromEntries(authorizationParameters(app, changes)) };
        const { status, body } = await post(server, path, form, app);
        expect([200, 201, 400]).toContain(status);
        if (body.error) answers.push({ error: body.error, error_description: body.error_description ?? '' });
      }
    }
    for (const form of [
      { grant_type: nasty },
      { grant_type: 'refresh_token', refresh_token: nasty },
      { [nasty]: 'x' },
    ]) {
      const { body } = await post(server, '/token', form as Record<string, string>, app);
      answers.push({ error: body.error ?? '', error_description: body.error_description ?? '' });
    }
    expect(answers.length).toBeGreaterThan(20);
    for (const { error = '', error_description: description = '' } of answers) {
      expect(error).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/);
      expect(description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/);
    }
  });
});
