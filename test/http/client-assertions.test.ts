import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import { type AssertionKey, anAssertionKey, asForm, assertionOf } from '../support/assertions.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let key: AssertionKey;
let listener: Server;
let hits: string[];

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  key = await anAssertionKey();
  hits = [];
  listener = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.end(JSON.stringify(key.jwks));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  listener.close();
  await server.stop();
});

const anApp = (assertionKey = key) =>
  aClient(server.database, {
    type: 'machine',
    authMethod: 'private_key_jwt',
    jwks: assertionKey.jwks,
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });

const exchange = (assertion: string, extra: Record<string, string> = {}) =>
  post(server, '/token', { grant_type: 'client_credentials', ...asForm(assertion), ...extra });

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

async function expectRefused(assertion: string) {
  const { status, body } = await exchange(assertion);
  expect([status, body.error]).toEqual([401, 'invalid_client']);
  expect(body.access_token).toBeUndefined();
}

describe('a client assertion', () => {
  it.each(['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])('B18: signed by %s gets a token', async (alg) => {
    const own = await anAssertionKey(alg);
    const app = await anApp(own);
    const { status, body } = await exchange(await assertionOf(server, app.clientId, own));
    expect(status).toBe(200);
    expect(body.token_type).toBe('Bearer');
  });

  it('B18: may be meant for the issuer or for the token endpoint', async () => {
    const app = await anApp();
    for (const aud of [server.issuer, `${server.issuer}/token`, [server.issuer]]) {
      const { status } = await exchange(await assertionOf(server, app.clientId, key, { claims: { aud } }));
      expect(status).toBe(200);
    }
  });

  it.each([
    ['with the audience of someone else', { aud: 'https://other.example.com/token' }],
    ['with the audience of another endpoint of ours', { aud: 'https://app.example.com' }],
    ['without audience', { aud: undefined }],
    ['that has expired', { exp: inSeconds(-120) }],
    ['that never expires', { exp: undefined }],
    ['that lives for ten minutes', { exp: inSeconds(600) }],
    ['that lives for ten years', { exp: inSeconds(315_360_000) }],
    ['that is not valid yet', { nbf: inSeconds(120) }],
    ['without jti', { jti: undefined }],
    ['with an empty jti', { jti: '' }],
    ['without subject', { sub: undefined }],
    ['without issuer', { iss: undefined }],
    ['of another issuer', { iss: 'app_000000000000000000000000' }],
    ['about another app', { sub: 'app_000000000000000000000000' }],
  ])('B18: %s is refused', async (_how, claims) => {
    const app = await anApp();
    await expectRefused(await assertionOf(server, app.clientId, key, { claims }));
    expect((await exchange(await assertionOf(server, app.clientId, key))).status).toBe(200);
  });

  it('B18: of another app is refused, even if both have the same key', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const assertion = await assertionOf(server, other.clientId, key, { claims: { iss: app.clientId } });
    await expectRefused(assertion);
    const mixed = await exchange(await assertionOf(server, app.clientId, key), { client_id: other.clientId });
    expect([mixed.status, mixed.body.error]).toEqual([400, 'invalid_request']);
  });

  it('B18: is good once', async () => {
    const app = await anApp();
    const assertion = await assertionOf(server, app.clientId, key);
    expect((await exchange(assertion)).status).toBe(200);
    await expectRefused(assertion);
    const sameJti = { jti: 'one-and-the-same' };
    expect((await exchange(await assertionOf(server, app.clientId, key, { claims: sameJti }))).status).toBe(200);
    await expectRefused(await assertionOf(server, app.clientId, key, { claims: { ...sameJti, exp: inSeconds(90) } }));
    const other = await anApp();
    expect((await exchange(await assertionOf(server, other.clientId, key, { claims: sameJti }))).status).toBe(200);
  });

  it('B18: is good once also when it comes ten times at the same moment', async () => {
    const app = await anApp();
    const assertion = await assertionOf(server, app.clientId, key);
    const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(9);
  });

  it('B18: is not used up by a wrong one of the same jti', async () => {
    const app = await anApp();
    const jti = 'not-used-up';
    const forged = await assertionOf(
      server,
      app.clientId,
      { ...(await anAssertionKey()), kid: key.kid },
      { claims: { jti } },
    );
    await expectRefused(forged);
    expect((await exchange(await assertionOf(server, app.clientId, key, { claims: { jti } }))).status).toBe(200);
  });

  it('B18: needs a signature by the app’s own key', async () => {
    const app = await anApp();
    const good = await assertionOf(server, app.clientId, key);
    const [header, payload = '', signature = ''] = good.split('.');
    const unsigned = `${encode({ alg: 'none' })}.${payload}.`;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const secret = new TextEncoder().encode(JSON.stringify(key.jwks.keys[0]));
    const symmetric = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(secret);
    const byOther = await assertionOf(server, app.clientId, { ...(await anAssertionKey()), kid: key.kid });
    const altered = `${header}.${encode({ ...claims, extra: true })}.${signature}`;
    for (const assertion of [unsigned, symmetric, byOther, altered, `${header}.${payload}.`])
      await expectRefused(assertion);
    expect((await exchange(good)).status).toBe(200);
  });

  it.each([
    ['kid that is a path', { kid: '../../../../dev/null' }],
    ['kid that is SQL', { kid: "x' OR 1=1--" }],
    ['kid with NUL', { kid: 'x\0' }],
    ['algorithm of another key', { alg: 'ES384' }],
  ])('D13: with a %s is refused', async (_how, header) => {
    const app = await anApp();
    const [, payload, signature] = (await assertionOf(server, app.clientId, key)).split('.');
    await expectRefused(`${encode({ alg: key.alg, kid: key.kid, ...header })}.${payload}.${signature}`);
  });

  it('D13: never makes the server fetch a key, or take one from the assertion', async () => {
    const app = await anApp();
    const mine = await anAssertionKey();
    const { port } = listener.address() as AddressInfo;
    const there = `http://127.0.0.1:${port}/keys`;
    const jwk = await exportJWK(mine.publicKey);
    for (const header of [
      { jku: there },
      { x5u: there },
      { jwk },
      { jku: there, kid: there },
      { kid: mine.kid, jwk },
    ]) {
      await expectRefused(await assertionOf(server, app.clientId, mine, { header }));
    }
    expect(hits).toEqual([]);
  });

  it('D14: cannot be an ID token, an access token or a thing of no shape', async () => {
    const app = await anApp();
    const ada = await aPerson(server.database);
    const { tokens } = await signIn(server, await aClient(server.database, { type: 'web' }), ada);
    const { body } = await exchange(await assertionOf(server, app.clientId, key));
    for (const assertion of [tokens.id_token ?? '', body.access_token]) {
      const { status } = await exchange(assertion);
      expect(status).toBe(401);
    }
    for (const assertion of ['x', 'x.y.z', '..', encode({})]) {
      const { status, body: answer } = await exchange(assertion);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(answer.error).toMatch(/^invalid_(client|request)$/);
    }
  });

  it('is the only way in for an app that is set so', async () => {
    const app = await anApp();
    const form = { grant_type: 'client_credentials', client_id: app.clientId };
    for (const secret of ['kept-as-hashes-only', 'x']) {
      const { status, body } = await post(server, '/token', { ...form, client_secret: secret });
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
    expect((await post(server, '/token', form)).status).toBe(401);
    const type = await exchange(await assertionOf(server, app.clientId, key), { client_assertion_type: 'urn:bogus' });
    expect(type.status).toBeGreaterThanOrEqual(400);
    expect(type.body.access_token).toBeUndefined();
  });

  it('is not taken from an app that has a secret', async () => {
    const app = await aClient(server.database, { type: 'machine' });
    const { clientId, clientSecret } = app;
    const claims = { iss: clientId, sub: clientId, aud: server.issuer, jti: 'j', exp: inSeconds(60) };
    for (const secret of [clientSecret, 'kept-as-hashes-only']) {
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });
      await expectRefused(await jwt.sign(new TextEncoder().encode(secret)));
    }
  });
});
