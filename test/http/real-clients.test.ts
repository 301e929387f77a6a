import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { anAssertionKey } from '../support/assertions.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationRequest, CALLBACK, discover, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let as: oauth.AuthorizationServer;

const options = { [oauth.allowInsecureRequests]: true };

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  ada = await aPerson(server.database);
  const issuer = new URL(server.issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
});
afterAll(() => server.stop());

const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read', 'reports:write'] }];
const asClient = ({ clientId }: { clientId: string }): oauth.Client => ({
  client_id: clientId,
  id_token_signed_response_alg: 'ES256',
});

async function machineToken(app: { clientId: string }, auth: oauth.ClientAuth) {
  const parameters = { resource: api.identifier, scope: 'reports:read' };
  const response = await oauth.clientCredentialsGrantRequest(as, asClient(app), auth, parameters, options);
  return oauth.processClientCredentialsResponse(as, asClient(app), response);
}

describe('oauth4webapi', () => {
  it('discovers the server by both kinds of metadata', async () => {
    const issuer = new URL(server.issuer);
    const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' });
    expect(await oauth.processDiscoveryResponse(issuer, response)).toEqual(as);
  });

  it('gets a token with a secret in the header, and in the form', async () => {
    const machine = { type: 'machine', subscriptions: subscriptions() } as const;
    const app = await aClient(server.database, machine);
    for (const auth of [oauth.ClientSecretBasic(app.clientSecret), oauth.ClientSecretPost(app.clientSecret)]) {
      const tokens = await machineToken(app, auth);
      expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: api.identifier, scope: 'reports:read' });
    }
    const wrong = machineToken(app, oauth.ClientSecretBasic('wrong'));
    await expect(wrong).rejects.toMatchObject({ status: 401 });
  });

  it('gets a token with a signed assertion', async () => {
    const { jwks, privateKey, kid } = await anAssertionKey('RS256');
    const authMethod = 'private_key_jwt';
    const app = await aClient(server.database, { type: 'machine', authMethod, jwks, subscriptions: subscriptions() });
    const tokens = await machineToken(app, oauth.PrivateKeyJwt({ key: privateKey, kid }));
    expect(decodeJwt(tokens.access_token).sub).toBe(app.clientId);
  });

  it('gets a token that a resource server of its own takes', async () => {
    const app = await aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
    const tokens = await machineToken(app, oauth.ClientSecretBasic(app.clientSecret));
    const call = new Request(`${api.identifier}/reports`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(as, call, api.identifier, options);
    expect(claims).toMatchObject({ client_id: app.clientId, scope: 'reports:read' });
    const elsewhere = oauth.validateJwtAccessToken(as, call, 'https://other.example.com', options);
    await expect(elsewhere).rejects.toThrow('unexpected JWT "aud" (audience) claim value');
  });

  it('goes the whole way: PAR, code, UserInfo, refresh, introspection, revocation', async () => {
    const app = await aClient(server.database, { type: 'web', requirePar: true });
    const self = asClient(app);
    const auth = oauth.ClientSecretBasic(app.clientSecret);
    const [verifier, state, nonce] = [
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
    ];
    const parameters = {
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid email offline_access',
      prompt: 'consent',
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    const par = await oauth.pushedAuthorizationRequest(as, self, auth, parameters, options);
    const { request_uri: requestUri } = await oauth.processPushedAuthorizationResponse(as, self, par);

    const url = new URL(as.authorization_endpoint ?? '');
    url.search = new URLSearchParams({ client_id: app.clientId, request_uri: requestUri }).toString();
    const callback = await new Person(server.issuer).authorize(url.href, ada);
    const answer = oauth.validateAuthResponse(as, self, callback, state);

    const exchanged = await oauth.authorizationCodeGrantRequest(as, self, auth, answer, CALLBACK, verifier, options);
    const checks = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(as, self, exchanged, checks);
    await oauth.validateApplicationLevelSignature(as, exchanged, options);
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(ada.account.id);

    const userInfo = await oauth.userInfoRequest(as, self, tokens.access_token, options);
    const claims = await oauth.processUserInfoResponse(as, self, ada.account.id, userInfo);
    expect(claims).toEqual({ sub: ada.account.id, email: ada.email, email_verified: true });

    const refreshing = await oauth.refreshTokenGrantRequest(as, self, auth, tokens.refresh_token ?? '', options);
    const next = await oauth.processRefreshTokenResponse(as, self, refreshing);
    const introspect = async (token: string) =>
      oauth.processIntrospectionResponse(as, self, await oauth.introspectionRequest(as, self, auth, token, options));
    expect(await introspect(next.access_token)).toMatchObject({ active: true, sub: ada.account.id });

    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, self, auth, next.refresh_token ?? '', options),
    );
    expect(await introspect(next.access_token)).toEqual({ active: false });
  });

  it('understands what it is told when something is wrong', async () => {
    const app = await aClient(server.database, { type: 'web' });
    const self = asClient(app);
    const auth = oauth.ClientSecretBasic(app.clientSecret);
    const response = await oauth.refreshTokenGrantRequest(as, self, auth, 'unknown', options);
    const refused = oauth.processRefreshTokenResponse(as, self, response);
    await expect(refused).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    const anonymous = await oauth.introspectionRequest(as, self, oauth.ClientSecretBasic('wrong'), 'x', options);
    const challenged = oauth.processIntrospectionResponse(as, self, anonymous);
    await expect(challenged).rejects.toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
  });
});

describe('openid-client', () => {
  it('pushes its request and signs in, as a public and as a confidential app', async () => {
    for (const type of ['spa', 'web'] as const) {
      const configuration = await discover(server, await aClient(server.database, { type, requirePar: true }));
      const { verifier, state, nonce, url } = await authorizationRequest(configuration);
      const pushed = await client.buildAuthorizationUrlWithPAR(configuration, Object.fromEntries(url.searchParams));
      expect([...pushed.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
      const callback = await new Person(server.issuer).authorize(pushed.href, ada);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, ...(nonce ? { expectedNonce: nonce } : {}) };
      const tokens = await client.authorizationCodeGrant(configuration, callback, checks);
      expect(tokens.claims()?.sub).toBe(ada.account.id);
    }
  });

  it('asks for an API, refreshes, introspects and revokes', async () => {
    const app = await aClient(server.database, { type: 'web' });
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    const { tokens, configuration } = await signIn(server, app, ada, { parameters });
    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(await client.tokenIntrospection(configuration, next.access_token)).toMatchObject({ active: true });
    await client.tokenRevocation(configuration, next.refresh_token ?? '');
    expect(await client.tokenIntrospection(configuration, next.access_token)).toEqual({ active: false });
    const gone = client.refreshTokenGrant(configuration, next.refresh_token ?? '');
    await expect(gone).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('checks the age of the sign-in', async () => {
    const app = await aClient(server.database, { type: 'web' });
    const configuration = await discover(server, app);
    const { verifier, state, nonce, url } = await authorizationRequest(configuration, { max_age: '60' });
    const callback = await new Person(server.issuer).authorize(url.href, ada);
    const checks = {
      pkceCodeVerifier: verifier,
      expectedState: state,
      maxAge: 60,
      ...(nonce ? { expectedNonce: nonce } : {}),
    };
    const tokens = await client.authorizationCodeGrant(configuration, callback, checks);
    expect(tokens.claims()?.auth_time).toEqual(expect.any(Number));
  });
});
