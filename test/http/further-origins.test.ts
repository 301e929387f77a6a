import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createVerifier } from '../../src/verifier/index.ts';
import { type AssertionKey, anAssertionKey, asForm, assertionOf } from '../support/assertions.ts';
import { aDpopKey, proofOf } from '../support/dpop.ts';
import { aClient, anApi } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { type RawAnswer, sendRaw } from '../support/raw.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

const ISSUER = 'https://auth.example.com';
const INNER = 'http://latchkey:3000';

let server: TestServer;
let here: string;
let api: Awaited<ReturnType<typeof anApi>>;
let app: { clientId: string; clientSecret: string };
let key: AssertionKey;
beforeAll(async () => {
  const port = await freePort();
  here = `http://127.0.0.1:${port}`;
  server = await startTestServer({
    issuer: ISSUER,
    port,
    env: { BACK_CHANNEL_ORIGINS: `${INNER}, http://latchkey.default.svc,${here}` },
  });
  api = await anApi(server.database);
  key = await anAssertionKey();
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'machine', subscriptions });
});
afterAll(() => server.stop());

const get = (path: string, host = 'latchkey:3000', headers: Record<string, string> = {}) =>
  sendRaw({ issuer: here }, { path, headers: { host, accept: 'application/json', ...headers } });

const send = (
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
  host = 'latchkey:3000',
) => {
  const body = new URLSearchParams(form).toString();
  const type = 'application/x-www-form-urlencoded';
  return sendRaw(
    { issuer: here },
    {
      method: 'POST',
      path,
      headers: { host, 'content-type': type, 'content-length': String(body.length), cookie: 'a=b', ...headers },
      body,
    },
  );
};

function errorOf({ status, text }: RawAnswer) {
  const { error, code } = JSON.parse(text) as { error?: string; code?: string };
  return [status, error ?? code];
}
const grant = () => ({ grant_type: 'client_credentials', resource: api.identifier, scope: 'reports:read' });

describe('a further name of the server', () => {
  it.each([
    'latchkey:3000',
    'LATCHKEY:3000',
    'latchkey.default.svc',
    'latchkey.default.svc:80',
    'auth.example.com:443',
  ])('%s gets the document in which all addresses are the issuer’s', async (host) => {
    const { status, text } = await get('/.well-known/openid-configuration', host);
    expect(status).toBe(200);
    expect(JSON.parse(text).issuer).toBe(ISSUER);
    const addresses = text.match(/https?:\/\/[^"]+/g) ?? [];
    expect(addresses.length).toBeGreaterThan(8);
    expect(addresses.filter((address) => !address.startsWith(ISSUER))).toEqual([]);
  });

  it.each(['latchkey', 'latchkey:80', 'latchkey:3001', 'latchkey.default.svc:443', 'other:3000', 'latchkey.:3000'])(
    '%s is nobody’s',
    async (host) => {
      expect(errorOf(await get('/jwks', host))).toEqual([421, 'wrong_host']);
    },
  );

  it.each([
    ['/jwks', 200],
    ['/.well-known/oauth-authorization-server', 200],
    ['/revocations', 200],
    ['/me', 401],
    ['/api/v1/apps', 401],
    ['/api/v1/openapi.json', 200],
    ['/healthz', 200],
    ['/readyz', 200],
    ['/token', 405],
  ])('is good for what programs call: GET %s is %i', async (path, status) => {
    const answer = await get(path);
    expect([answer.status, answer.headers['set-cookie']]).toEqual([status, undefined]);
  });

  it.each([
    '/',
    '/sign-in',
    '/apps',
    '/auth?client_id=x',
    '/session/end',
    '/device',
    '/interaction/x',
    '/join/x',
    '/assets/latchkey.css',
    '/api/v1/docs',
    '/api/v1/docs/',
    '/api/v1/DOCS',
    '/docs',
    '/docs/portal',
    '/token/',
    '/JWKS',
  ])('is not good for pages: %s', async (path) => {
    const answer = await get(path);
    expect(errorOf(answer)).toEqual([421, 'wrong_host']);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('gets tokens of the issuer, introspects them and revokes them', async () => {
    const authorization = basic(app);
    const issued = await send('/token', grant(), { authorization });
    expect(issued.status).toBe(200);
    const { access_token: token } = JSON.parse(issued.text) as { access_token: string };
    const introspection = await send('/token/introspection', { token }, { authorization });
    expect(JSON.parse(introspection.text)).toMatchObject({ active: true, iss: ISSUER });
    const revoked = await send('/token/revocation', { token }, { authorization });
    expect(revoked.status).toBe(200);
    const after = await send('/token/introspection', { token }, { authorization });
    expect(JSON.parse(after.text)).toEqual({ active: false });
  });

  it('starts a device with an address that its person can open', async () => {
    const device = await aClient(server.database, {
      type: 'device',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    const answer = await send('/device_authorization', { client_id: device.clientId, scope: 'openid' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ verification_uri: `${ISSUER}/device` });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});

describe('what proves something to the server', () => {
  const aKeyHolder = () =>
    aClient(server.database, {
      type: 'machine',
      authMethod: 'private_key_jwt',
      jwks: key.jwks,
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });

  it.each([ISSUER, `${ISSUER}/token`, INNER, `${INNER}/token`, 'http://latchkey.default.svc/token'])(
    'may be an assertion for %s',
    async (aud) => {
      const { clientId } = await aKeyHolder();
      const assertion = await assertionOf(server, clientId, key, { claims: { aud } });
      expect((await send('/token', { ...grant(), ...asForm(assertion) })).status).toBe(200);
    },
  );

  it.each(['http://other:3000/token', `${INNER}/jwks`, 'https://latchkey:3000/token', `${INNER}.evil.example/token`])(
    'is no assertion for %s',
    async (aud) => {
      const { clientId } = await aKeyHolder();
      const assertion = await assertionOf(server, clientId, key, { claims: { aud } });
      expect(errorOf(await send('/token', { ...grant(), ...asForm(assertion) }))).toEqual([401, 'invalid_client']);
    },
  );

  it.each([`${ISSUER}/token`, `${INNER}/token`])('may be a proof for %s', async (url) => {
    const dpop = await proofOf(await aDpopKey(), { method: 'POST', url });
    const answer = await send('/token', grant(), { authorization: basic(app), dpop });
    expect([answer.status, JSON.parse(answer.text).token_type]).toEqual([200, 'DPoP']);
  });

  it.each(['http://other:3000/token', `${INNER}/jwks`, 'https://latchkey:3000/token', 'latchkey:3000/token'])(
    'is no proof for %s',
    async (url) => {
      const dpop = await proofOf(await aDpopKey(), { method: 'POST', url });
      const answer = await send('/token', grant(), { authorization: basic(app), dpop });
      expect(errorOf(answer)).toEqual([400, 'invalid_dpop_proof']);
    },
  );
});

describe('an API inside the network', () => {
  it('verifies tokens of the issuer, and hears of revocations, by the inner address', async () => {
    const verifier = createVerifier({ issuer: ISSUER, audience: api.identifier, serverUrl: here, pollSeconds: 0.2 });
    const authorization = basic(app);
    const issued = await send('/token', grant(), { authorization });
    const { access_token: token } = JSON.parse(issued.text) as { access_token: string };
    expect((await verifier.verify(token)).iss).toBe(ISSUER);
    await send('/token/revocation', { token }, { authorization });
    const refusal = () =>
      verifier.verify(token).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    await until('word of the revocation has come', async () => (await refusal()) !== undefined);
    expect(await refusal()).toBe('invalid_token');
    verifier.close();
  });
});
