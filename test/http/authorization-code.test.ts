import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationRequest, CALLBACK, discover, obtainCode, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

const anApp = () =>
  aClient(server.database, { type: 'web', subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }] });

describe('authorization code with PKCE', () => {
  it('I01 A17: signs a person in with openid-client, with iss, ID token and UserInfo', async () => {
    const app = await anApp();

    const { tokens, callback, configuration } = await signIn(server, app, ada, {
      parameters: { scope: 'openid profile email' },
    });

    expect(callback.searchParams.get('iss')).toBe(server.issuer);
    expect(tokens.claims()).toMatchObject({ iss: server.issuer, sub: ada.account.id, aud: app.clientId });
    expect(tokens.refresh_token).toBeUndefined();
    const userInfo = await client.fetchUserInfo(configuration, tokens.access_token, ada.account.id);
    expect(userInfo).toMatchObject({
      sub: ada.account.id,
      name: 'Ada Lovelace',
      email: ada.email,
      email_verified: true,
    });
  });

  it('says in the ID token what the scopes ask for, and no more, at the sign-in and at a refresh', async () => {
    const person = { name: 'Ada Lovelace', updated_at: expect.any(Number), email: ada.email, email_verified: true };
    const protocol = ['sub', 'aud', 'iss', 'iat', 'exp', 'nonce', 'acr', 'amr', 'auth_time'];
    const all = await signIn(server, await anApp(), ada, {
      parameters: { scope: 'openid profile email offline_access', prompt: 'consent' },
    });
    expect(all.tokens.claims()).toMatchObject(person);
    expect(Object.keys(all.tokens.claims() ?? {}).sort()).toEqual([...protocol, ...Object.keys(person)].sort());
    const refreshed = await client.refreshTokenGrant(all.configuration, all.tokens.refresh_token ?? '');
    expect(refreshed.claims()).toMatchObject(person);
    const one = await signIn(server, await anApp(), ada, { parameters: { scope: 'openid email' } });
    expect(Object.keys(one.tokens.claims() ?? {}).sort()).toEqual([...protocol, 'email', 'email_verified'].sort());
    const none = await signIn(server, await anApp(), ada);
    expect(Object.keys(none.tokens.claims() ?? {}).sort()).toEqual([...protocol].sort());
  });

  it('D03 D04 D05: gives a JWT for the API that was named, with just the scopes that the app may have', async () => {
    const app = await anApp();

    const { tokens } = await signIn(server, app, ada, {
      parameters: { scope: 'openid reports:read reports:write', resource: api.identifier },
    });

    const jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const { payload } = await jwtVerify(tokens.access_token, jwks, { audience: api.identifier, typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: ada.account.id, client_id: app.clientId, scope: 'reports:read' });
    expect(tokens.scope).toBe('reports:read');
  });

  it('A28: leaves out a scope that nobody knows, and says so', async () => {
    const { tokens } = await signIn(server, await anApp(), ada, { parameters: { scope: 'openid bogus' } });
    expect(tokens.scope).toBe('openid');
  });

  it('B01 B02 B03: redeems a code once; a second try revokes what the first gave, a wrong one does not', async () => {
    const app = await anApp();
    const { form } = await obtainCode(server, app, ada, { scope: 'openid offline_access', prompt: 'consent' });
    const first = await post(server, '/token', form, app);
    expect(first.status).toBe(200);
    const userInfo = () =>
      fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${first.body.access_token}` } });

    const wrong = await post(server, '/token', { ...form, code_verifier: 'w'.repeat(43) }, app);
    expect(wrong.body.error).toBe('invalid_grant');
    expect((await userInfo()).status).toBe(200);

    const second = await post(server, '/token', form, app);
    expect(second.status).toBe(400);
    expect(second.body.error).toBe('invalid_grant');
    expect((await userInfo()).status).toBe(401);
    const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token ?? '' };
    expect((await post(server, '/token', refresh, app)).body.error).toBe('invalid_grant');
  });

  it('remembers consent for the next session, and asks again for more', async () => {
    const app = await anApp();
    await signIn(server, app, ada, { parameters: { scope: 'openid email' } });
    const configuration = await discover(server, app);
    const next = new Person(server.issuer);

    const login = await next.visit((await authorizationRequest(configuration, { scope: 'openid email' })).url.href);
    const answered = await next.submit(login, '/sign-in', ada);
    expect(answered.leftTo?.href).toContain(`${CALLBACK}?code=`);

    const more = await next.visit((await authorizationRequest(configuration, { scope: 'openid profile' })).url.href);
    expect(more.text).toContain('See your profile');
  });

  it('passes access_denied to the app when the person says no', async () => {
    const app = await anApp();
    const person = new Person(server.issuer);
    const { url, state } = await authorizationRequest(await discover(server, app));

    const login = await person.visit(url.href);
    const consent = await person.submit(login, '/sign-in', ada);
    const { leftTo } = await person.submit(consent, '/cancel');

    expect(Object.fromEntries(leftTo?.searchParams ?? [])).toMatchObject({
      error: 'access_denied',
      state,
      iss: server.issuer,
    });
  });
});
