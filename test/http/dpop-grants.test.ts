import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import * as client from 'openid-client';
import { aDpopKey, type DpopKey, hashOfToken, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, discover, PKCE, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic, post, type TokenBody } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let key: DpopKey;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
  key = await aDpopKey();
});
afterAll(() => server.stop());

type App = Awaited<ReturnType<typeof aClient>>;
const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aWebApp = () => aClient(server.database, { type: 'web', subscriptions: subscriptions() });
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };
const TOKEN = () => ({ method: 'POST', url: `${server.issuer}/token` });
const ME = () => ({ method: 'GET', url: `${server.issuer}/me` });

async function request(path: string, form: Record<string, string>, app: App, proof?: string) {
  const authorization = app.clientSecret ? { authorization: basic(app) } : {};
  const headers = { ...authorization, ...(proof === undefined ? {} : { dpop: proof }) };
  const response = await fetch(server.issuer + path, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as TokenBody & { request_uri?: string } };
}

async function userInfo(scheme: string, accessToken: string, proof?: string) {
  const headers = { authorization: `${scheme} ${accessToken}`, ...(proof === undefined ? {} : { dpop: proof }) };
  const response = await fetch(ME().url, { headers });
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
}

async function codeForm(app: App, changes: Record<string, string> = {}) {
  const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app, changes), ada);
  const code = callback.searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
}

describe('DPoP with a real client', () => {
  it('G08 G09: binds what a code and a refresh give, at UserInfo and in introspection', async () => {
    const app = await aWebApp();
    const keys = await client.randomDPoPKeyPair();
    const DPoP = client.getDPoPHandle(await discover(server, app), keys);
    const { tokens, configuration } = await signIn(server, app, ada, { parameters: OFFLINE, dpop: DPoP });
    const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
    for (const { access_token: accessToken, token_type: type } of [
      tokens,
      await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', undefined, { DPoP }),
    ]) {
      expect(type.toLowerCase()).toBe('dpop');
      const claims = await client.fetchUserInfo(configuration, accessToken, ada.account.id, { DPoP });
      expect(claims.sub).toBe(ada.account.id);
      const { body } = await post(server, '/token/introspection', { token: accessToken }, app);
      expect(body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt } });
    }
  });

  it('C12: binds the refresh token of a public app to its key', async () => {
    const app = await aClient(server.database, { type: 'spa' });
    const form = { ...(await codeForm(app, OFFLINE)), client_id: app.clientId };
    const { body } = await request('/token', form, app, await proofOf(key, TOKEN()));
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '', client_id: app.clientId };
    expect((await request('/token', refresh, app)).body.error).toMatch(/^invalid_(grant|request|dpop_proof)$/);
    const other = await proofOf(await aDpopKey(), TOKEN());
    expect((await request('/token', refresh, app, other)).body.error).toMatch(/^invalid_(grant|dpop_proof)$/);
    expect((await request('/token', refresh, app, await proofOf(key, TOKEN()))).status).toBe(200);
  });
});

describe('a DPoP proof', () => {
  it('G07 G09: at UserInfo is for this token, this key and this request, once', async () => {
    const app = await aWebApp();
    const { body } = await request('/token', await codeForm(app), app, await proofOf(key, TOKEN()));
    const token = body.access_token;
    const claims = { ath: hashOfToken(token) };
    const refused = [
      await userInfo('DPoP', token),
      await userInfo('DPoP', token, await proofOf(key, ME())),
      await userInfo('DPoP', token, await proofOf(key, ME(), { claims: { ath: hashOfToken(`${token}x`) } })),
      await userInfo('DPoP', token, await proofOf(await aDpopKey(), ME(), { claims })),
      await userInfo('DPoP', token, await proofOf(key, { ...ME(), method: 'POST' }, { claims })),
      await userInfo('DPoP', token, await proofOf(key, TOKEN(), { claims })),
      await userInfo('Bearer', token),
      await userInfo('Bearer', token, await proofOf(key, ME(), { claims })),
    ];
    for (const { status, challenge } of refused) {
      expect([400, 401]).toContain(status);
      if (status === 401) expect(challenge).toMatch(/DPoP/);
    }
    const proof = await proofOf(key, ME(), { claims });
    expect((await userInfo('DPoP', token, proof)).status).toBe(200);
    expect((await userInfo('DPoP', token, proof)).status).toBe(401);
  });

  it.each(['dpop_jkt', 'a pushed dpop_jkt', 'a pushed proof'])('G10: with %s the code is for that key', async (how) => {
    const app = await aWebApp();
    const changes = how === 'a pushed proof' ? {} : { dpop_jkt: key.thumbprint };
    let url = authorizationUrl(server, app, changes);
    if (how !== 'dpop_jkt') {
      const proof = await proofOf(key, { method: 'POST', url: `${server.issuer}/request` });
      const form = Object.fromEntries(authorizationParameters(app, changes));
      const { body } = await request('/request', form, app, how === 'a pushed proof' ? proof : undefined);
      url = `${server.issuer}/auth?${new URLSearchParams({ client_id: app.clientId, request_uri: body.request_uri ?? '' })}`;
    }
    const code = (await new Person(server.issuer).authorize(url, ada)).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
    expect((await request('/token', form, app)).body.error).toMatch(/^invalid_(grant|dpop_proof)$/);
    const other = await request('/token', form, app, await proofOf(await aDpopKey(), TOKEN()));
    expect([other.status, other.body.error]).toEqual([400, 'invalid_grant']);
    expect((await request('/token', form, app, await proofOf(key, TOKEN()))).status).toBe(200);
  });
});
