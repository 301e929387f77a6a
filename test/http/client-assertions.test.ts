import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import { type AssertionKey, anAssertionKey, asForm, assertionOf } from '../support/assertions.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
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

afterEach(releaseTime);

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

async function expectRefused(assertion: string, why: string) {
  const { status, body } = await exchange(assertion);
  expect([status, body.error, body.error_description]).toEqual([401, 'invalid_client', why]);
  expect(body.access_token).toBeUndefined();
}

const UNSIGNED = 'client_assertion: none of the keys of this app made its signature';
const USED = 'client_assertion: it was used before: each needs a jti of its own';
const ALG = 'client_assertion: its alg is not accepted: use one of ES256, RS256, PS256, EdDSA';
const KEY = 'client_assertion: no key of this app fits its kid and alg';

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
    ['for two minutes', 120],
    ['for ten minutes', 600],
    ['for an hour', 3600],
    ['for an hour, by a clock that is some seconds ahead', 3610],
  ])('B18: may live %s', async (_how, seconds) => {
    const app = await anApp();
    const claims = { exp: inSeconds(seconds) };
    const assertion = await assertionOf(server, app.clientId, key, { claims });
    expect((await exchange(assertion)).status).toBe(200);
    await expectRefused(assertion, USED);
  });

  it('B18: that lives for an hour is good once in all of it', async () => {
    controlTime();
    const app = await anApp();
    const assertion = await assertionOf(server, app.clientId, key, { claims: { exp: inSeconds(3600) } });
    expect((await exchange(assertion)).status).toBe(200);
    travel(3599);
    await server.app.jobs.cleanUp();
    await expectRefused(assertion, USED);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'with the audience of someone else',
      { aud: 'https://other.example.com/token' },
      'aud must be the issuer of this server',
    ],
    [
      'with the audience of another endpoint of ours',
      { aud: 'https://app.example.com' },
      'aud must be the issuer of this server',
    ],
    [
      'for a list of others',
      { aud: ['https://a.example.com', 'https://b.example.com'] },
      'aud must be the issuer of this server',
    ],
    ['without audience', { aud: undefined }, 'aud is missing: it must be the issuer of this server'],
    ['that has expired', { exp: inSeconds(-120) }, 'it has expired: exp is in the past'],
    ['that never expires', { exp: undefined }, 'exp is missing'],
    ['with an end in words', { exp: 'tomorrow' }, 'a claim has a value of the wrong type'],
    ['that lives for more than an hour', { exp: inSeconds(3700) }, 'exp is more than 3600 seconds ahead'],
    ['that lives for ten years', { exp: inSeconds(315_360_000) }, 'exp is more than 3600 seconds ahead'],
    ['that is not valid yet', { nbf: inSeconds(120) }, 'it is not valid yet: nbf is in the future'],
    ['without jti', { jti: undefined }, 'jti is missing'],
    ['with an empty jti', { jti: '' }, 'jti is missing'],
    ['with a jti that is a number', { jti: 7 }, 'a claim has a value of the wrong type'],
    ['without subject', { sub: undefined }, 'sub is missing: it must be the client_id'],
    ['without issuer', { iss: undefined }, 'iss is missing: it must be the client_id'],
    ['of another issuer', { iss: 'app_000000000000000000000000' }, 'iss must be the client_id'],
  ])('B18: %s is refused, and says why', async (_how, claims, why) => {
    const app = await anApp();
    await expectRefused(await assertionOf(server, app.clientId, key, { claims }), `client_assertion: ${why}`);
    expect((await exchange(await assertionOf(server, app.clientId, key))).status).toBe(200);
  });

  it('B18: of another app is refused, even if both have the same key', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const assertion = await assertionOf(server, other.clientId, key, { claims: { iss: app.clientId } });
    await expectRefused(assertion, 'client_assertion: iss must be the client_id');
    const mixed = await exchange(await assertionOf(server, app.clientId, key), { client_id: other.clientId });
    expect([mixed.status, mixed.body.error]).toEqual([400, 'invalid_request']);
  });

  it('B18: is good once', async () => {
    const app = await anApp();
    const assertion = await assertionOf(server, app.clientId, key);
    expect((await exchange(assertion)).status).toBe(200);
    await expectRefused(assertion, USED);
    const sameJti = { jti: 'one-and-the-same' };
    expect((await exchange(await assertionOf(server, app.clientId, key, { claims: sameJti }))).status).toBe(200);
    const later = await assertionOf(server, app.clientId, key, { claims: { ...sameJti, exp: inSeconds(90) } });
    await expectRefused(later, USED);
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
    await expectRefused(forged, UNSIGNED);
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
    await expectRefused(unsigned, ALG);
    await expectRefused(symmetric, ALG);
    for (const assertion of [byOther, altered, `${header}.${payload}.`]) await expectRefused(assertion, UNSIGNED);
    expect((await exchange(good)).status).toBe(200);
  });

  it.each([
    ['kid that is a path', { kid: '../../../../dev/null' }, KEY],
    ['kid that is SQL', { kid: "x' OR 1=1--" }, KEY],
    ['kid with NUL', { kid: 'x\0' }, KEY],
    ['algorithm of another key', { alg: 'ES384' }, ALG],
  ])('D13: with a %s is refused', async (_how, header, why) => {
    const app = await anApp();
    const [, payload, signature] = (await assertionOf(server, app.clientId, key)).split('.');
    await expectRefused(`${encode({ alg: key.alg, kid: key.kid, ...header })}.${payload}.${signature}`, why);
  });

  it('D13: never makes the server fetch a key, or take one from the assertion', async () => {
    const app = await anApp();
    const mine = await anAssertionKey();
    const { port } = listener.address() as AddressInfo;
    const there = `http://127.0.0.1:${port}/keys`;
    const jwk = await exportJWK(mine.publicKey);
    const unknown = [{ jku: there }, { x5u: there }, { jwk }, { jku: there, kid: there }, { kid: mine.kid, jwk }];
    for (const header of unknown) await expectRefused(await assertionOf(server, app.clientId, mine, { header }), KEY);
    expect(hits).toEqual([]);
  });

  it('D14: cannot be an ID token, an access token or a thing of no shape', async () => {
    const app = await anApp();
    const ada = await aPerson(server.database);
    const { tokens } = await signIn(server, await aClient(server.database, { type: 'web' }), ada);
    const { body } = await exchange(await assertionOf(server, app.clientId, key));
    for (const assertion of [tokens.id_token ?? '', body.access_token]) {
      const { status, body: answer } = await exchange(assertion);
      expect([status, answer.error]).toEqual([401, 'invalid_client']);
    }
    for (const assertion of ['x', 'x.y.z', '..', encode({})]) {
      const { status, body: answer } = await exchange(assertion);
      expect([assertion, status, answer.error]).toEqual([assertion, 400, 'invalid_request']);
    }
  });

  it('does not tell who is an app and who is not', async () => {
    const nobody = { iss: 'app_000000000000000000000000', sub: 'app_000000000000000000000000' };
    const assertion = await assertionOf(server, 'app_000000000000000000000000', key, { claims: nobody });
    await expectRefused(assertion, 'client authentication failed');
  });

  it.each(['/token/introspection', '/token/revocation', '/request', '/device_authorization'])(
    'B17: says why also at %s',
    async (path) => {
      const app = await anApp();
      const assertion = await assertionOf(server, app.clientId, key, { claims: { exp: inSeconds(-120) } });
      const { status, body } = await post(server, path, { token: 'x', ...asForm(assertion) });
      expect([status, body.error]).toEqual([401, 'invalid_client']);
      expect(body.error_description).toBe('client_assertion: it has expired: exp is in the past');
    },
  );

  it('is the only way in for an app that is set so', async () => {
    const app = await anApp();
    const form = { grant_type: 'client_credentials', client_id: app.clientId };
    for (const secret of ['kept-as-hashes-only', 'x']) {
      const { status, body } = await post(server, '/token', { ...form, client_secret: secret });
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
    expect((await post(server, '/token', form)).status).toBe(401);
    const type = await exchange(await assertionOf(server, app.clientId, key), { client_assertion_type: 'urn:bogus' });
    expect([type.status, type.body.error]).toEqual([400, 'invalid_request']);
  });

  it('is not taken from an app that has a secret', async () => {
    const app = await aClient(server.database, { type: 'machine' });
    const { clientId, clientSecret } = app;
    const claims = { iss: clientId, sub: clientId, aud: server.issuer, jti: 'j', exp: inSeconds(60) };
    for (const secret of [clientSecret, 'kept-as-hashes-only']) {
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });
      const assertion = await jwt.sign(new TextEncoder().encode(secret));
      await expectRefused(assertion, 'client_assertion: this app does not authenticate with a client assertion');
    }
  });
});
