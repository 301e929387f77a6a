import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { createVerifier } from '../../src/verifier/index.ts';
import { anAssertionKey, asForm, assertionOf } from '../support/assertions.ts';
import { connect, poll, startDevice } from '../support/device.ts';
import { aDpopKey, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { sendRaw } from '../support/raw.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic, post, requestToken } from '../support/tokens.ts';

/** Where programs inside the network reach it. */
const INNER = 'http://latchkey:3000';
const BACK = 'https://app.example.com/signed-out';

let server: TestServer;
let origin: string;
let api: Awaited<ReturnType<typeof anApi>>;
beforeAll(async () => {
  server = await startTestServer({ path: '/tools/auth', env: { BACK_CHANNEL_ORIGINS: INNER } });
  origin = new URL(server.issuer).origin;
  api = await anApi(server.database);
});
afterAll(() => server.stop());

const reading = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aMachine = () => aClient(server.database, { type: 'machine', subscriptions: reading() });
const jwks = async () => createLocalJWKSet((await (await fetch(`${server.issuer}/jwks`)).json()) as never);

describe('below a path', () => {
  it('a machine gets a token ahead of the library and through it, and the issuer in it has the path', async () => {
    const app = await aMachine();
    const active = jest.spyOn(server.app.keyring, 'active');
    const direct = await requestToken(server, app, { resource: api.identifier });
    expect([direct.status, active.mock.calls.length]).toEqual([200, 1]);
    active.mockClear();
    const ordinary = await requestToken(server, app, { resource: api.identifier, more: 'x' });
    expect([ordinary.status, active.mock.calls.length]).toEqual([200, 0]);
    active.mockRestore();
    for (const { body } of [direct, ordinary]) {
      const { payload } = await jwtVerify(body.access_token, await jwks(), { issuer: server.issuer, typ: 'at+jwt' });
      expect([payload.aud, payload.client_id]).toEqual([api.identifier, app.clientId]);
    }
    const refused = await requestToken({ issuer: origin }, app, { resource: api.identifier });
    expect([refused.status, refused.body.error]).toEqual([404, 'not_found']);
  });

  it('proofs and assertions name endpoints with the path, by the outer and the inner name', async () => {
    const app = await aMachine();
    const key = await aDpopKey();
    const form = { resource: api.identifier, grant_type: 'client_credentials' };
    const prove = async (url: string) => {
      const proof = await proofOf(key, { method: 'POST', url });
      const { status, body } = await post(server, '/token', form, app, { dpop: proof });
      return [status, body.token_type ?? body.error];
    };
    expect(await prove(`${server.issuer}/token`)).toEqual([200, 'DPoP']);
    expect(await prove(`${INNER}/tools/auth/token`)).toEqual([200, 'DPoP']);
    expect(await prove(`${origin}/token`)).toEqual([400, 'invalid_dpop_proof']);
    expect(await prove(`${INNER}/token`)).toEqual([400, 'invalid_dpop_proof']);

    const own = await anAssertionKey();
    const signer = await aClient(server.database, {
      type: 'machine',
      authMethod: 'private_key_jwt',
      jwks: own.jwks,
      subscriptions: reading(),
    });
    const assert = async (aud: string) => {
      const assertion = await assertionOf(server, signer.clientId, own, { claims: { aud } });
      const { status, body } = await post(server, '/token', { ...form, ...asForm(assertion) });
      return [status, body.error];
    };
    for (const aud of [server.issuer, `${server.issuer}/token`, `${INNER}/tools/auth`, `${INNER}/tools/auth/token`]) {
      expect([aud, ...(await assert(aud))]).toEqual([aud, 200, undefined]);
    }
    for (const aud of [origin, `${origin}/token`, INNER, `${INNER}/token`]) {
      expect([aud, ...(await assert(aud))]).toEqual([aud, 401, 'invalid_client']);
    }
  });

  it('a person signs in to an app, which refreshes, reads UserInfo and signs them out', async () => {
    const app = await aClient(server.database, {
      type: 'web',
      subscriptions: reading(),
      postLogoutRedirectUris: [BACK],
    });
    const ada = await aPerson(server.database);
    const scope = 'openid email offline_access';
    const { configuration, tokens, callback, person } = await signIn(server, app, ada, {
      parameters: { scope, prompt: 'consent' },
    });
    expect(callback.searchParams.get('iss')).toBe(server.issuer);
    expect(tokens.claims()).toMatchObject({ iss: server.issuer, sub: ada.account.id });
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(refreshed.claims()?.iss).toBe(server.issuer);
    const info = await client.fetchUserInfo(configuration, refreshed.access_token, ada.account.id);
    expect(info.email).toBe(ada.email);

    const target = client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: BACK,
      id_token_hint: refreshed.id_token ?? '',
    });
    expect(target.href.startsWith(`${server.issuer}/session/end?`)).toBe(true);
    const page = await person.visit(target.href);
    const left = await person.submit(page, '/session/end/confirm', { logout: 'yes' });
    expect(left.leftTo?.href).toBe(BACK);
    const again = await person.visit(authorizationUrl(server, app, { prompt: 'none' }));
    expect(again.leftTo?.searchParams.get('error')).toBe('login_required');
  });

  it('an app with a token for an API refreshes ahead of the library and through it', async () => {
    const app = await aClient(server.database, { type: 'web', subscriptions: reading() });
    const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
    let { refresh_token: token = '' } = (await signIn(server, app, await aPerson(server.database), { parameters }))
      .tokens;
    for (const [way, more] of [
      ['ahead', {}],
      ['through', { more: 'x' }],
    ] as const) {
      const active = jest.spyOn(server.app.keyring, 'active');
      const form = { grant_type: 'refresh_token', refresh_token: token, ...more };
      const { status, body } = await post(server, '/token', form, app);
      const taken = active.mock.calls.length > 0;
      active.mockRestore();
      expect([way, status, taken]).toEqual([way, 200, way === 'ahead']);
      expect([body.access_token, body.id_token ?? ''].map((jwt) => decodeJwt(jwt).iss)).toEqual([
        server.issuer,
        server.issuer,
      ]);
      token = body.refresh_token ?? '';
    }
  });

  it('a request for authorization may be pushed, or come by POST, and be answered with a form', async () => {
    const app = await aClient(server.database, { type: 'web', subscriptions: reading() });
    const ada = await aPerson(server.database);
    const form = Object.fromEntries(authorizationParameters(app, { scope: 'openid' }));
    const pushed = await post(server, '/request', form, app);
    expect(pushed.status).toBe(201);
    const { request_uri } = pushed.body as unknown as { request_uri: string };
    const person = new Person(server.issuer);
    const query = new URLSearchParams({ client_id: app.clientId, request_uri });
    const callback = await person.authorize(`/auth?${query}`, ada);
    const exchange = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
    const { status, body } = await post(
      server,
      '/token',
      { ...exchange, code: callback.searchParams.get('code') ?? '' },
      app,
    );
    expect([status, decodeJwt(body.id_token ?? '').iss]).toEqual([200, server.issuer]);

    const posted = await person.request(`${server.issuer}/auth`, { form });
    expect(posted.status).toBe(303);
    expect(posted.headers.get('location')).toBe(`/tools/auth/auth?${new URLSearchParams(form)}`);
    const answer = await person.visit(authorizationUrl(server, app, { response_mode: 'form_post' }));
    expect(answer.text).toContain('<script src="/tools/auth/assets/submit-form.js"></script>');
    expect(answer.text).toContain(`action="${CALLBACK}"`);
  });

  it('a device is connected at the address that it shows', async () => {
    const app = await aClient(server.database, { type: 'device', subscriptions: reading() });
    const device = await startDevice(server, app);
    expect(device.verification_uri).toBe(`${server.issuer}/device`);
    expect(device.verification_uri_complete).toBe(`${server.issuer}/device?user_code=${device.user_code}`);
    const person = new Person(server.issuer);
    expect((await person.visit(device.verification_uri_complete)).text).toContain('action="/tools/auth/device"');
    const page = await connect(person, device.user_code, await aPerson(server.database));
    expect([page.response.status, page.url.startsWith(`${server.issuer}/device/`)]).toEqual([200, true]);
    const { status, body } = await poll(server, app, device);
    expect([status, decodeJwt(body.id_token ?? '').iss]).toEqual([200, server.issuer]);
  });

  it.each([
    ['the outer', () => ({})],
    ['the outer', () => ({ revocations: 'stream' as const })],
    ['the inner', () => ({ serverUrl: `${INNER}/tools/auth` })],
  ])('a resource server verifies by %s address, and hears of what was revoked', async (_which, where) => {
    const app = await aMachine();
    const { body } = await requestToken(server, app, { resource: api.identifier });
    // The inner name leads to the same process, as a cluster's would.
    const inside = async (url: string, init: RequestInit) => {
      if (!url.startsWith(INNER)) return fetch(url, init);
      const headers = { ...(init.headers as Record<string, string>), host: 'latchkey:3000' };
      const {
        status,
        text,
        headers: got,
      } = await sendRaw({ issuer: origin }, { path: url.slice(INNER.length), headers });
      return new Response(status === 304 ? null : text, { status, headers: got as Record<string, string> });
    };
    const verifier = createVerifier({
      issuer: server.issuer,
      audience: api.identifier,
      fetch: inside,
      pollSeconds: 0.1,
      ...where(),
    });
    try {
      expect((await verifier.verify(body.access_token, { scopes: ['reports:read'] })).client_id).toBe(app.clientId);
      const revoked = await post(server, '/token/revocation', { token: body.access_token }, app);
      expect(revoked.status).toBe(200);
      let error: { code?: string } | undefined;
      while (!error) {
        await new Promise((resolve) => setImmediate(resolve));
        error = await verifier.verify(body.access_token).then(
          () => undefined,
          (thrown) => thrown,
        );
      }
      expect(error).toMatchObject({ status: 401, code: 'invalid_token' });
    } finally {
      verifier.close();
    }
    const asked = await fetch(`${server.issuer}/token/introspection`, {
      method: 'POST',
      headers: { authorization: basic(app) },
      body: new URLSearchParams({ token: body.access_token }),
    });
    expect([asked.status, await asked.json()]).toEqual([200, { active: false }]);
  });
});
