import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { hasSecondFactor } from '../../src/accounts/factors/find-factors.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { authenticator, eventsAbout, firstStep, withTotp } from '../support/factors.ts';
import { optionsOn, withPasskey } from '../support/passkeys.ts';
import { Person } from '../support/person.ts';
import { authorizationRequest, discover, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let configuration: client.Configuration;
let app: Awaited<ReturnType<typeof aClient>>;
let api: Awaited<ReturnType<typeof anApi>>;
beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'web', firstParty: true, subscriptions });
  configuration = await discover(server, app);
});
afterAll(() => server.stop());
beforeEach(controlTime);
afterEach(releaseTime);

const [ONE, TWO, RESISTANT] = ['urn:latchkey:acr:1fa', 'urn:latchkey:acr:2fa', 'phr'];
const now = () => Math.floor(Date.now() / 1000);

const introspect = async (token: string) => (await post(server, '/token/introspection', { token }, app)).body;

/** A request on behalf of somebody in a browser, up to the tokens. @param answer what they do on the pages */
async function tokensOf(
  parameters: Record<string, string>,
  answer: (url: string) => Promise<{ leftTo: URL | undefined; url: string; text: string }>,
) {
  const scope = 'openid offline_access reports:read';
  const request = await authorizationRequest(configuration, { scope, resource: api.identifier, ...parameters });
  const { leftTo, url, text } = await answer(request.url.href);
  if (!leftTo) throw new Error(`no answer at ${url} ${text.slice(0, 500)}`);
  const tokens = await client.authorizationCodeGrant(configuration, leftTo, {
    pkceCodeVerifier: request.verifier,
    expectedState: request.state,
    ...(request.nonce ? { expectedNonce: request.nonce } : {}),
  });
  return { tokens, idToken: decodeJwt(tokens.id_token ?? ''), accessToken: decodeJwt(tokens.access_token) };
}

describe('how somebody signed in', () => {
  it('is in the ID token, the access token, introspection, and what a refresh gives', async () => {
    const ada = await aPerson(server.database);
    const code = await withTotp(server, ada);
    const person = new Person(server.issuer);
    const at = now();
    const { tokens, idToken, accessToken } = await tokensOf({}, async (url) =>
      person.submit(await firstStep(person, url, ada), '/second-step', { code: code() }),
    );
    const said = { acr: TWO, amr: ['pwd', 'otp', 'mfa'], auth_time: at };
    expect(idToken).toMatchObject(said);
    expect(accessToken).toMatchObject(said);
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true, ...said });
    travel(600);
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(decodeJwt(refreshed.access_token)).toMatchObject(said);
    expect(decodeJwt(refreshed.id_token ?? '')).toMatchObject(said);
    const userInfo = await signIn(server, app, ada, { person });
    expect(await introspect(userInfo.tokens.access_token)).toMatchObject(said);
  });

  it.each([
    ['a password', async () => ['pwd'], ONE],
    ['a passkey', async () => ['hwk', 'user', 'mfa'], RESISTANT],
  ])('is %s: amr has the values of RFC 8176, and acr the level', async (what, amr, acr) => {
    const ada = await aPerson(server.database);
    const person = new Person(server.issuer);
    const passkey = what === 'a passkey' ? await withPasskey(server, ada.account.id) : undefined;
    const { idToken } = await tokensOf({}, async (url) => {
      const page = await person.visit(url);
      if (!passkey) return person.submit(page, '/sign-in', ada);
      const { options } = await optionsOn(person, page);
      return person.submit(page, '/passkey', { answer: passkey.answer(options.challenge) });
    });
    expect(idToken).toMatchObject({ amr: await amr(), acr });
  });

  it('I11: the levels are in the metadata', () => {
    expect(configuration.serverMetadata().acr_values_supported).toEqual([ONE, TWO, RESISTANT]);
    expect(configuration.serverMetadata().claims_supported).toEqual(
      expect.arrayContaining(['acr', 'amr', 'auth_time']),
    );
  });
});

describe('a level that a request asks for', () => {
  it('asks somebody who is signed in for the second factor alone, and the session has it from then on', async () => {
    const ada = await aPerson(server.database);
    const person = new Person(server.issuer);
    await signIn(server, app, ada, { person });
    const code = await withTotp(server, ada);
    travel(60);
    const at = now();
    const asked: string[] = [];
    const stepUp = await tokensOf({ acr_values: TWO }, async (url) => {
      const page = await person.visit(url);
      asked.push(new URL(page.url).pathname.split('/').at(-1) ?? '');
      return person.submit(page, '/second-step', { code: code() });
    });
    expect(asked).toEqual(['second-step']);
    expect(stepUp.accessToken).toMatchObject({ acr: TWO, amr: ['pwd', 'otp', 'mfa'], auth_time: at });
    const next = await tokensOf({ acr_values: `${TWO} urn:example:unknown` }, (url) => person.visit(url));
    expect(next.idToken).toMatchObject({ acr: TWO });
  });

  it('leads who has no second factor to set one up; whoever does not, gives the app an error', async () => {
    const ada = await aPerson(server.database);
    const person = new Person(server.issuer);
    const { url } = await authorizationRequest(configuration, { acr_values: TWO });
    const page = await firstStep(person, url.href, ada);
    expect(page.url).toMatch(/\/set-up$/);
    const [, seed = ''] = /<code>((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})<\/code>/.exec(page.text) ?? [];
    const wrong = await person.submit(page, '/set-up', { code: authenticator(seed)(9) });
    expect([wrong.response.status, await hasSecondFactor(server.database.db, ada.account.id)]).toEqual([400, false]);
    const { leftTo } = await person.submit(wrong, '/set-up', { code: authenticator(seed)() });
    expect(leftTo?.searchParams.get('code')).toMatch(/./);
    expect(await hasSecondFactor(server.database.db, ada.account.id)).toBe(true);
    expect(await eventsAbout(server, ada.account.id, 'account.signed_in')).toMatchObject([
      { detail: { secondFactor: 'totp' } },
    ]);
    const bob = await aPerson(server.database);
    const other = new Person(server.issuer);
    await signIn(server, app, bob, { person: other });
    const asked = await other.visit((await authorizationRequest(configuration, { acr_values: TWO })).url.href);
    const gaveUp = await other.submit(asked, '/cancel');
    expect(gaveUp.leftTo?.searchParams.get('error')).toBe('unmet_authentication_requirements');
  });

  it('phr takes a passkey, and no code', async () => {
    const ada = await aPerson(server.database);
    await withTotp(server, ada);
    const passkey = await withPasskey(server, ada.account.id);
    const person = new Person(server.issuer);
    const { idToken } = await tokensOf({ acr_values: 'phr' }, async (url) => {
      const page = await firstStep(person, url, ada);
      expect([page.text.includes('name="code"'), page.text.includes('recovery')]).toEqual([false, false]);
      const { options } = await optionsOn(person, page);
      return person.submit(page, '/passkey', { answer: passkey.answer(options.challenge, { verified: false }) });
    });
    expect(idToken).toMatchObject({ acr: RESISTANT, amr: ['pwd', 'hwk', 'user', 'mfa'] });
  });

  it.each([
    [{ acr_values: 'urn:example:unknown' }, 'code'],
    [{ acr_values: TWO, prompt: 'none' }, 'login_required'],
  ])('%j gives a session with a password %s', async (parameters, expected) => {
    const ada = await aPerson(server.database);
    const person = new Person(server.issuer);
    await signIn(server, app, ada, { person });
    const { leftTo } = await person.visit((await authorizationRequest(configuration, parameters)).url.href);
    const answer = leftTo?.searchParams;
    expect(answer?.has('code') ? 'code' : answer?.get('error')).toBe(expected);
  });
});
