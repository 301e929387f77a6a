import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { createClient } from '../../src/clients/clients.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, CALLBACK, PKCE } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

/**
 * The modules of the OpenID Foundation’s plan for a Basic OP, in its order and by its names, for an app that says no more of
 * itself than the plan has it say. The suite itself wants a browser, Java and a database of its own.
 */
let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: { clientId: string; clientSecret: string };

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  app = await register();
});
afterAll(() => server.stop());
afterEach(releaseTime);

/** As the plan registers its apps: the modules send a nonce, or neither it nor PKCE. */
async function register(wanted: object = {}) {
  const plan = { name: 'Conformance', type: 'web' as const, redirectUris: [CALLBACK], pkce: 'optional' as const };
  const input = { ...plan, ...wanted };
  const { client, secret } = await createClient(server.database.db, input, byOperator());
  return { clientId: client.id, clientSecret: secret?.secret ?? '' };
}

type Wish = Record<string, string | undefined>;
const PLAIN: Wish = { code_challenge: undefined, code_challenge_method: undefined };

const requestOf = (wish: Wish = {}, of = app) => authorizationParameters(of, { ...PLAIN, ...wish });

/** In a browser, signing in and agreeing where it is asked for. @returns the parameters of the response */
async function authorize(wish: Wish = {}, person = new Person(server.issuer), of = app): Promise<URLSearchParams> {
  const callback = await person.authorize(`${server.issuer}/auth?${requestOf(wish, of)}`, ada);
  expect(callback.origin + callback.pathname).toBe(CALLBACK);
  return callback.searchParams;
}

const redeem = (code: string | null, more: Record<string, string> = {}, of = app) =>
  post(server, '/token', { grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK, ...more }, of);

async function tokens(wish: Wish = {}, person = new Person(server.issuer)) {
  const response = await authorize(wish, person);
  expect(response.get('error')).toBeNull();
  const { status, body } = await redeem(response.get('code'));
  expect(status).toBe(200);
  return { ...body, claims: decodeJwt(String(body.id_token)), person };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
async function userInfo(token: string, init: RequestInit = bearer(token)) {
  const response = await fetch(`${server.issuer}/me`, init);
  return { status: response.status, claims: (await response.json()) as Record<string, unknown> };
}

const keys = () => createRemoteJWKSet(new URL(`${server.issuer}/jwks`));

describe('oidcc-basic-certification-test-plan', () => {
  it('oidcc-server, oidcc-idtoken-signature: an ID token of this sign-in, signed with RS256', async () => {
    const response = await authorize();
    expect([response.get('state'), response.get('iss')]).toEqual(['a-state', server.issuer]);
    const { body, headers } = await redeem(response.get('code'));
    expect([body.token_type, body.scope, headers.get('cache-control')]).toEqual(['Bearer', 'openid', 'no-store']);
    const { payload, protectedHeader } = await jwtVerify(String(body.id_token), keys(), {
      issuer: server.issuer,
      audience: app.clientId,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    expect([payload.nonce, payload.sub]).toEqual(['a-nonce', ada.account.id]);
    expect(protectedHeader.kid).toEqual(expect.any(String));
    expect((await userInfo(body.access_token)).claims).toEqual({ sub: payload.sub });
  });

  it('oidcc-response-type-missing: is an error at the redirect URI', async () => {
    const { leftTo } = await new Person(server.issuer).visit(
      `${server.issuer}/auth?${requestOf({ response_type: undefined })}`,
    );
    expect(leftTo?.searchParams.get('error')).toBe('invalid_request');
    expect(leftTo?.searchParams.get('state')).toBe('a-state');
  });

  it('oidcc-userinfo-get, -post-header, -post-body: tell of the same person', async () => {
    const { access_token: token, claims } = await tokens();
    const body = new URLSearchParams({ access_token: token });
    for (const init of [bearer(token), { ...bearer(token), method: 'POST' }, { method: 'POST', body }]) {
      expect(await userInfo(token, init)).toEqual({ status: 200, claims: { sub: claims.sub } });
    }
  });

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    expect((await tokens({ nonce: undefined })).claims).not.toHaveProperty('nonce');
  });

  it.each([
    ['profile', ['name', 'updated_at']],
    ['email', ['email', 'email_verified']],
    ['address', []],
    ['phone', []],
    ['profile email address phone', ['email', 'email_verified', 'name', 'updated_at']],
  ])('oidcc-scope: %s', async (scope, names) => {
    const { access_token: token } = await tokens({ scope: `openid ${scope}` });
    expect(Object.keys((await userInfo(token)).claims).sort()).toEqual([...names, 'sub'].sort());
  });

  it('oidcc-alternate-happy-flow: the order of scopes and parameters says nothing', async () => {
    const { body } = await redeem((await authorize({ scope: 'email openid' })).get('code'));
    const parameters = [...requestOf({ scope: 'email openid' })].reverse();
    const callback = await new Person(server.issuer).authorize(
      `${server.issuer}/auth?${new URLSearchParams(parameters)}`,
      ada,
    );
    const other = await redeem(callback.searchParams.get('code'));
    expect(other.body.scope?.split(' ').sort()).toEqual(body.scope?.split(' ').sort());
  });

  it.each([
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['oidcc-login-hint', { login_hint: 'ada@example.com' }],
    ['oidcc-ui-locales', { ui_locales: 'se' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-ensure-request-with-acr-values-succeeds', { acr_values: '1 2' }],
    ['oidcc-claims-essential', { claims: '{"userinfo":{"name":{"essential":true}}}' }],
  ])('%s', async (_module, wish) => {
    expect((await tokens(wish)).claims.sub).toBe(ada.account.id);
  });

  it('oidcc-prompt-login: the person signs in again, and the ID token tells when', async () => {
    controlTime();
    const first = await tokens({ max_age: '15000' });
    travel(2);
    const page = await first.person.visit(`${server.issuer}/auth?${requestOf({ prompt: 'login' })}`);
    expect(page.text).toContain('name="password"');
    const { leftTo } = await first.person.submit(page, '/sign-in', ada);
    const { body } = await redeem(leftTo?.searchParams.get('code') ?? '');
    const { auth_time: again } = decodeJwt(String(body.id_token));
    expect(Number(again)).toBeGreaterThan(Number(first.claims.auth_time));
  });

  it('oidcc-prompt-none-not-logged-in: is login_required', async () => {
    expect((await authorize({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  it('oidcc-prompt-none-logged-in, oidcc-id-token-hint: are silent, with the same person and sign-in', async () => {
    const first = await tokens({ max_age: '10000' });
    const hints = [{}, { id_token_hint: first.id_token }, { id_token_hint: first.id_token, max_age: '10000' }];
    for (const wish of hints) {
      const { leftTo } = await first.person.visit(`${server.issuer}/auth?${requestOf({ prompt: 'none', ...wish })}`);
      const { body } = await redeem(leftTo?.searchParams.get('code') ?? '');
      const claims = decodeJwt(String(body.id_token));
      expect(claims.sub).toBe(first.claims.sub);
      expect(claims.auth_time).toBe(first.claims.auth_time);
    }
  });

  it('oidcc-max-age-1: asks again, and auth_time is later', async () => {
    controlTime();
    const first = await tokens({ max_age: '1' });
    travel(2);
    const page = await first.person.visit(`${server.issuer}/auth?${requestOf({ max_age: '1' })}`);
    const { leftTo } = await first.person.submit(page, '/sign-in', ada);
    const { body } = await redeem(leftTo?.searchParams.get('code') ?? '');
    expect(Number(decodeJwt(String(body.id_token)).auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
  });

  it('oidcc-max-age-10000: does not ask again, and auth_time is the same', async () => {
    const first = await tokens({ max_age: '15000' });
    const { leftTo } = await first.person.visit(`${server.issuer}/auth?${requestOf({ max_age: '10000' })}`);
    const { body } = await redeem(leftTo?.searchParams.get('code') ?? '');
    const { auth_time: again } = decodeJwt(String(body.id_token));
    expect(again).toEqual(expect.any(Number));
    expect(again).toBe(first.claims.auth_time);
  });

  it.each([0, 30])('oidcc-codereuse: is invalid_grant after %s seconds, and ends the access token', async (seconds) => {
    controlTime();
    const code = (await authorize()).get('code');
    const { body } = await redeem(code);
    travel(seconds);
    const again = await redeem(code);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    expect((await userInfo(body.access_token)).status).toBe(401);
  });

  it('oidcc-ensure-registered-redirect-uri: is a page, and no redirect', async () => {
    const wish = { redirect_uri: `${CALLBACK}/other` };
    const page = await new Person(server.issuer).visit(`${server.issuer}/auth?${requestOf(wish)}`);
    expect([page.response.status, page.leftTo]).toEqual([400, undefined]);
  });

  it('oidcc-ensure-post-request-succeeds', async () => {
    const person = new Person(server.issuer);
    const posted = await person.request('/auth', { form: Object.fromEntries(requestOf()) });
    const callback = await person.authorize(posted.headers.get('location') ?? '', ada);
    expect((await redeem(callback.searchParams.get('code'))).status).toBe(200);
  });

  it('oidcc-server-client-secret-post', async () => {
    const other = await register({ authMethod: 'client_secret_post' });
    const code = (await authorize({}, undefined, other)).get('code') ?? '';
    const credentials = { client_id: other.clientId, client_secret: other.clientSecret };
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...credentials };
    expect((await post(server, '/token', form)).status).toBe(200);
  });

  it('oidcc-unsigned-request-object, oidcc-request-uri-unsigned: are refused as unsupported, and the metadata says so', async () => {
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa(`{"client_id":"${app.clientId}"}`)}.`.replaceAll('=', '');
    expect((await authorize({ request: unsigned })).get('error')).toBe('request_not_supported');
    const uri = { request_uri: 'https://app.example.com/request.jwt' };
    expect((await authorize(uri)).get('error')).toBe('request_uri_not_supported');
    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    // OpenID Connect Discovery §3: left out, request_uri would be supported.
    expect(metadata).toMatchObject({ request_uri_parameter_supported: false });
    expect(metadata.request_parameter_supported ?? false).toBe(false);
    expect(metadata.id_token_signing_alg_values_supported).toContain('RS256');
    expect(metadata.id_token_signing_alg_values_supported).not.toContain('none');
  });

  it('oidcc-refresh-token: for its own app, with a new ID token of the same person', async () => {
    const first = await tokens({ scope: 'openid offline_access' });
    // RFC 6749 §A.17
    expect(first.refresh_token).toMatch(/^[\x20-\x7E]+$/);
    const form = { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) };
    const stranger = await post(server, '/token', form, await register());
    expect([stranger.status, stranger.body.error]).toEqual([400, 'invalid_grant']);
    const { body } = await post(server, '/token', form, app);
    const claims = decodeJwt(String(body.id_token));
    const same = ({ iss, sub, aud }: typeof claims) => ({ iss, sub, aud });
    expect(same(claims)).toEqual(same(first.claims));
    expect((await userInfo(body.access_token)).status).toBe(200);
  });

  it('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
    const challenge = { code_challenge: PKCE.challenge, code_challenge_method: 'S256' };
    const code = (await authorize(challenge)).get('code');
    expect((await redeem(code, { code_verifier: PKCE.verifier })).status).toBe(200);
    const other = (await authorize(challenge)).get('code');
    expect((await redeem(other)).body.error).toBe('invalid_grant');
  });
});
