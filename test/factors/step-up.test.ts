import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { createVerifier, type Verifier } from '../../src/verifier/index.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { firstStep, withTotp } from '../support/factors.ts';
import { Person } from '../support/person.ts';
import { authorizationRequest, discover } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let verifier: Verifier;
beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  verifier = createVerifier({ issuer: server.issuer, audience: api.identifier, revocations: 'off' });
});
afterAll(async () => {
  verifier.close();
  await server.stop();
});
beforeEach(controlTime);
afterEach(releaseTime);

const TWO = 'urn:latchkey:acr:2fa';
const NEEDED = { scopes: ['reports:read'], acrValues: [TWO], maxAge: 300 };

/** What an API says to a token: nothing where it serves. */
async function challengeTo(token: string, needed: Parameters<Verifier['verify']>[1] = NEEDED) {
  try {
    await verifier.verify(token, needed);
    return undefined;
  } catch (error) {
    const { status, code, wwwAuthenticate = '' } = error as { status: number; code: string; wwwAuthenticate?: string };
    return { status, code, wwwAuthenticate };
  }
}

/** The parameters of a challenge, as a client reads them. */
const parametersOf = (challenge: string) =>
  Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));

const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];

it('RFC 9470: a client that follows the challenge of an API gets through, and again when it is too long ago', async () => {
  const app = await aClient(server.database, { type: 'web', firstParty: true, subscriptions: subscriptions() });
  const configuration = await discover(server, app);
  const ada = await aPerson(server.database);
  const person = new Person(server.issuer);
  const obtain = async (
    parameters: Record<string, string>,
    answer: (url: string) => Promise<{ leftTo: URL | undefined; url: string }>,
  ) => {
    const wanted = { scope: 'openid reports:read', resource: api.identifier, ...parameters };
    const request = await authorizationRequest(configuration, wanted);
    const { leftTo, url } = await answer(request.url.href);
    const tokens = await client.authorizationCodeGrant(configuration, leftTo ?? new URL(url), {
      pkceCodeVerifier: request.verifier,
      expectedState: request.state,
      ...(request.nonce ? { expectedNonce: request.nonce } : {}),
    });
    return tokens.access_token;
  };
  const plain = await obtain({}, (url) => firstStep(person, url, ada));
  const code = await withTotp(server, ada);
  const refused = await challengeTo(plain);
  expect(refused).toMatchObject({ status: 401, code: 'insufficient_user_authentication' });
  const { error, acr_values = '', max_age = '' } = parametersOf(refused?.wwwAuthenticate ?? '');
  expect([error, acr_values, max_age]).toEqual(['insufficient_user_authentication', TWO, '300']);

  const follow = { acr_values, max_age };
  const better = await obtain(follow, async (url) => {
    const page = await person.visit(url);
    return person.submit(page, '/second-step', { code: code() });
  });
  expect(await challengeTo(better)).toBeUndefined();

  travel(306);
  // A token lives for five minutes; its sign-in is looked at by itself.
  const late = await obtain({}, (url) => person.visit(url));
  expect(await challengeTo(late)).toMatchObject({ code: 'insufficient_user_authentication' });
  expect(await challengeTo(late, { acrValues: [TWO] })).toBeUndefined();
  const again = await obtain(follow, async (url) =>
    person.submit(await firstStep(person, url, ada), '/second-step', { code: code() }),
  );
  expect(await challengeTo(again)).toBeUndefined();
});

it('RFC 9470: nobody has signed in for a token of an app itself, and names that are not known are just themselves', async () => {
  const app = await aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
  const { access_token: token } = (await requestToken(server, app)).body;
  for (const needed of [{ maxAge: 300 }, { acrValues: ['phr'] }, { acrValues: ['urn:example:gold'] }]) {
    expect(await challengeTo(token, needed)).toMatchObject({ status: 401, code: 'insufficient_user_authentication' });
  }
  expect(await challengeTo(token, {})).toBeUndefined();
});
