import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { updateClient } from '../../src/clients/update-client.ts';
import { keyCommands } from '../keys/key-commands.ts';
import { connect, enterCode, poll, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationParameters, authorizationUrl, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let bob: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;
let hint: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  bob = await aPerson(server.database, { name: 'Bob' });
  app = await aClient(server.database, { type: 'web' });
  hint = (await signIn(server, app, ada)).tokens.id_token ?? '';
});
afterAll(() => server.stop());

/** Where the request is made, straight or pushed before. */
const requests: [string, (changes: Record<string, string>) => Promise<string>][] = [
  ['a request', async (changes) => authorizationUrl(server, app, changes)],
  [
    'a pushed request',
    async (changes) => {
      const form = Object.fromEntries(authorizationParameters(app, changes));
      const { body } = await post(server, '/request', form, app);
      const { request_uri } = body as unknown as { request_uri: string };
      return `/auth?${new URLSearchParams({ client_id: app.clientId, request_uri })}`;
    },
  ],
];

async function subjectOf(callback: URL | undefined) {
  const code = callback?.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  return decodeJwt((await post(server, '/token', form, app)).body.id_token ?? '').sub;
}

describe.each(requests)('the id_token_hint of %s (OpenID Connect Core §3.1.2.1)', (_what, request) => {
  const withHint = (changes: Record<string, string> = {}) => request({ id_token_hint: hint, ...changes });
  const answered = ({ leftTo }: { leftTo: URL | undefined }) => Object.fromEntries(leftTo?.searchParams ?? []);
  const wrong = {
    error: 'login_required',
    error_description: expect.stringContaining('id_token_hint'),
    state: 'a-state',
  };

  it('gives no code for somebody else who signs in on the way', async () => {
    const browser = new Person(server.issuer);
    const page = await browser.submit(await browser.visit(await withHint()), '/sign-in', bob);
    expect(answered(page)).toEqual({ ...wrong, iss: server.issuer });
  });

  it('gives none when they are asked to agree first', async () => {
    const browser = new Person(server.issuer);
    const url = await withHint({ prompt: 'consent', scope: 'openid email' });
    const page = await browser.submit(await browser.visit(url), '/sign-in', bob);
    expect(answered(page)).toMatchObject(wrong);
  });

  it('asks a person who is signed in as somebody else to sign in, and takes only the person of the hint', async () => {
    const { person: browser } = await signIn(server, app, bob);
    const asked = await browser.visit(await withHint());
    expect(asked.text).toContain('name="password"');
    expect(answered(await browser.submit(asked, '/sign-in', bob))).toMatchObject(wrong);

    const again = await browser.visit(await withHint());
    const { text, url } = await browser.submit(again, '/sign-in', ada);
    // The other is signed out first, by a page that sends itself.
    const changed = await browser.submit({ text, url }, '/session/end/confirm');
    expect(await subjectOf(changed.leftTo)).toBe(ada.account.id);
  });

  it('gives a code for the one who is meant', async () => {
    const browser = new Person(server.issuer);
    const callback = await browser.authorize(await withHint(), ada);
    expect(await subjectOf(callback)).toBe(ada.account.id);
  });

  it('goes with max_age and prompt=login', async () => {
    const browser = new Person(server.issuer);
    for (const changes of [{ max_age: '0' }, { max_age: '60' }, { prompt: 'login' }] as Record<string, string>[]) {
      const page = await browser.submit(await browser.visit(await withHint(changes)), '/sign-in', bob);
      expect([changes, answered(page)]).toEqual([changes, expect.objectContaining(wrong)]);
    }
  });
});

describe('the id_token_hint of a device', () => {
  let device: Awaited<ReturnType<typeof aClient>>;
  let hintOfDevice: string;
  const start = () => startDevice(server, device, { id_token_hint: hintOfDevice });
  beforeAll(async () => {
    device = await aClient(server.database, { type: 'device' });
    const first = await startDevice(server, device);
    await connect(new Person(server.issuer), first.user_code, ada);
    hintOfDevice = (await poll(server, device, first)).body.id_token ?? '';
  });

  it('connects nobody else', async () => {
    const code = await start();
    const page = await connect(new Person(server.issuer), code.user_code, bob);
    expect(page.text).toContain('Nothing was connected');
    expect(await poll(server, device, code)).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  });

  it('asks a person who is signed in as somebody else to sign in', async () => {
    const { person: browser } = await signIn(server, app, bob);
    const code = await start();
    const asked = await browser.submit(await enterCode(browser, code.user_code), '/device', { confirm: 'yes' });
    expect(asked.text).toContain('name="password"');
    await browser.submit(asked, '/sign-in', bob);
    expect(await poll(server, device, code)).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  });

  it('connects the one who is meant', async () => {
    const code = await start();
    await connect(new Person(server.issuer), code.user_code, ada);
    const { status, body } = await poll(server, device, code);
    expect([status, decodeJwt(body.id_token ?? '').sub]).toEqual([200, ada.account.id]);
  });
});

describe('an app that asks for more care while somebody signs in', () => {
  it.each([
    [
      'PKCE',
      { pkce: 'pkce_or_nonce' },
      { pkce: 'required' },
      { code_challenge: undefined, code_challenge_method: undefined },
    ],
    ['pushed requests', {}, { requirePar: true }, {}],
  ] as const)('gets no code without it: %s', async (_what, before, changes, parameters) => {
    const web = await aClient(server.database, { type: 'web', ...before });
    const browser = new Person(server.issuer);
    const page = await browser.visit(authorizationUrl(server, web, parameters));
    await updateClient(server.database.db, { clientId: web.clientId, changes }, byOperator());
    const { leftTo } = await browser.submit(page, '/sign-in', ada);
    expect([leftTo?.searchParams.get('error'), leftTo?.searchParams.has('code')]).toEqual(['invalid_request', false]);
  });
});

describe('an id_token_hint outlives what it was signed with', () => {
  const silently = async (browser: Person, of: typeof app, idToken: string) => {
    const url = authorizationUrl(server, of, { id_token_hint: idToken, prompt: 'none' });
    const { leftTo } = await browser.visit(url);
    return leftTo?.searchParams.get('error') ?? (leftTo?.searchParams.has('code') ? 'a code' : 'nothing');
  };
  const anApp = () => aClient(server.database, { type: 'web' });
  afterEach(releaseTime);

  it('is good although the app signs otherwise now, and its key has left the JWKS', async () => {
    const own = await anApp();
    const { person, tokens } = await signIn(server, own, ada);
    const idToken = tokens.id_token ?? '';
    const changes = { idTokenAlg: 'RS256' as const };
    await updateClient(server.database.db, { clientId: own.clientId, changes }, byOperator());
    expect(await silently(person, own, idToken)).toBe('a code');
    controlTime();
    await keyCommands(server).rotate('ES256');
    travel(7 * 86_400);
    await server.app.keyring.reload();
    const { kid } = decodeProtectedHeader(idToken);
    expect(server.app.keyring.publicJwks().keys.map((key) => key.kid)).not.toContain(kid);
    expect(await silently(person, own, idToken)).toBe('a code');
  });

  it('is refused of another app, and when a revoked key has signed it', async () => {
    const own = await anApp();
    const { person, tokens } = await signIn(server, own, ada);
    const idToken = tokens.id_token ?? '';
    expect(await silently(person, await anApp(), idToken)).toBe('invalid_request');
    await keyCommands(server).revoke(decodeProtectedHeader(idToken).kid ?? '');
    await server.app.keyring.reload();
    expect(await silently(person, own, idToken)).toBe('invalid_request');
  });
});
