import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { signingKeyContext } from '../../src/keys/sealing/contexts.ts';
import { unseal } from '../../src/keys/sealing/seal.ts';
import { listSigningKeys } from '../../src/keys/signing-keys.ts';
import { connect, enterCode, poll, startDevice } from '../support/device.ts';
import { dumpOf, formsOf } from '../support/dump.ts';
import { aClient, anApi, aPerson, PASSWORD } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationRequest, CALLBACK, discover, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Every value that someone could use, by what it is. */
const secrets = new Map<string, string>();
const note = (what: string, value: string | undefined | null) => {
  expect(`${what} ${(value ?? '').length > 15}`).toBe(`${what} true`);
  secrets.set(what, value ?? '');
};

/** Runs every flow and leaves some of them half-way, so that every kind of artifact is in the database. */
async function useEverything(): Promise<void> {
  const { database } = server;
  const api = await anApi(database);
  const ada = await aPerson(database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const web = await aClient(database, { type: 'web', subscriptions, refreshRetrySeconds: 60 });
  const machine = await aClient(database, { type: 'machine', subscriptions });
  note('password', PASSWORD);
  note('client secret of the web app', web.clientSecret);
  note('client secret of the machine app', machine.clientSecret);
  note('JWT access token', (await requestToken(server, machine, { resource: api.identifier })).body.access_token);

  const signedIn = await signIn(server, web, ada, {
    parameters: { scope: 'openid offline_access email', prompt: 'consent', login_hint: 'hint-of-someone@example.com' },
  });
  note('used code', signedIn.callback.searchParams.get('code'));
  note('opaque access token', signedIn.tokens.access_token);
  note('used refresh token', signedIn.tokens.refresh_token);
  note('ID token', signedIn.tokens.id_token);
  const refreshed = await client.refreshTokenGrant(signedIn.configuration, signedIn.tokens.refresh_token ?? '');
  note('live refresh token', refreshed.refresh_token);
  note('access token from a refresh', refreshed.access_token);
  for (const [name, value] of signedIn.person.cookies()) note(`cookie ${name}`, value);

  const half = await authorizationRequest(await discover(server, web), {
    scope: 'openid',
    prompt: 'login',
    id_token_hint: signedIn.tokens.id_token ?? '',
  });
  const halfWay = await signedIn.person.visit(half.url.href);
  expect(halfWay.text).toContain('name="password"');
  note('interaction id', new URL(halfWay.url).pathname.split('/')[2]);
  for (const [name, value] of signedIn.person.cookies()) note(`cookie ${name} half-way`, value);

  const pushed = await post(
    server,
    '/request',
    {
      client_id: web.clientId,
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
      id_token_hint: signedIn.tokens.id_token ?? '',
    },
    web,
  );
  expect(pushed.text).toContain('request_uri');
  note('pushed request_uri', (pushed.body as unknown as { request_uri: string }).request_uri.split(':').at(-1));

  const device = await aClient(database, { type: 'device', subscriptions });
  const waiting = await startDevice(server, device, { scope: 'openid email' });
  const entered = new Person(server.issuer);
  const confirm = await enterCode(entered, waiting.user_code);
  const signingIn = await entered.submit(confirm, '/device', { confirm: 'yes' });
  note('interaction id of a device', new URL(signingIn.url).pathname.split('/')[2]);
  for (const [name, value] of entered.cookies()) note(`cookie ${name} with a device`, value);
  const done = await startDevice(server, device, { scope: 'openid offline_access' });
  await connect(entered, done.user_code, ada);
  const tokens = await poll(server, device, done);
  note('refresh token of a device', tokens.body.refresh_token);
  for (const [state, { device_code: deviceCode, user_code: userCode }] of Object.entries({ waiting, done })) {
    const compared = userCode.replaceAll('-', '');
    note(`device code, ${state}`, deviceCode);
    secrets.set(`user code, ${state}`, userCode);
    secrets.set(`user code, ${state}, as it is compared`, compared);
    // Short enough to be found from this.
    note(`user code, ${state}, hashed`, createHash('sha256').update(compared).digest('base64url'));
  }

  const visitor = new Person(server.issuer);
  await visitor.authorize('/sign-in', ada).catch(() => {});
  for (const [name, value] of visitor.cookies()) note(`portal visitor's cookie ${name}`, value);

  const unused = await signIn(server, web, ada, { parameters: { scope: 'openid' } });
  note('second opaque access token', unused.tokens.access_token);
  for (const { kid, alg, sealedPrivateJwk } of await listSigningKeys(database.db)) {
    const jwk = JSON.parse(unseal(server.secrets.masterKeys, signingKeyContext(kid), sealedPrivateJwk ?? '')) as {
      d: string;
    };
    note(`private key ${alg}`, jwk.d);
  }
  note('master key', server.secrets.masterKeys[0]?.key.toString('base64'));
  note('cookie key', server.secrets.cookieKeys[0]);
}

it('C14: a dump of the database holds nothing that anyone could use, in any readable form', async () => {
  await useEverything();
  const { text, tables } = await dumpOf(server);

  expect(tables.length).toBeGreaterThan(12);
  const models = [...text.matchAll(/^artifacts .*?"model": "(\w+)"/gm)].map(([, model]) => model);
  expect(new Set(models)).toEqual(
    new Set([
      'AccessToken',
      'AuthorizationCode',
      'DeviceCode',
      'Grant',
      'Interaction',
      'PushedAuthorizationRequest',
      'RefreshToken',
      'Session',
    ]),
  );
  expect(text).toContain('refresh_retries {');
  const found = [...secrets]
    .filter(([, value]) => formsOf(value).some((form) => text.includes(form)))
    .map(([what]) => what);
  expect(found).toEqual([]);
});

it('J29: the log of all that holds none of it either', () => {
  const log = server.logged.join('');
  expect(log).toContain('"path":"/token"');
  const found = [...secrets]
    .filter(([, value]) => formsOf(value).some((form) => log.includes(form)))
    .map(([what]) => what);
  expect(found).toEqual([]);
});
