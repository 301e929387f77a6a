import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let grace: Awaited<ReturnType<typeof aPerson>>;
beforeAll(async () => {
  server = await startTestServer();
  app = await aClient(server.database, { type: 'web' });
  ada = await aPerson(server.database, { name: 'Ada Lovelace' });
  grace = await aPerson(server.database, { name: 'Grace Hopper' });
});
afterAll(() => server.stop());

const select = (more = {}) => authorizationUrl(server, app, { prompt: 'select_account', ...more });

/** A browser in which Ada is signed in. */
async function aBrowser(): Promise<Person> {
  return (await signIn(server, app, ada)).person;
}

/** The person whom a code is for. */
async function subjectOf(leftTo: URL | undefined): Promise<string | undefined> {
  const code = leftTo?.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier };
  const { body } = await post(server, '/token', form, app);
  return decodeJwt(body.id_token ?? '').sub;
}

describe('prompt=select_account', () => {
  it('F04 is in the metadata', async () => {
    const response = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    const { prompt_values_supported: values } = (await response.json()) as Record<string, unknown>;
    expect(values).toEqual(['none', 'login', 'consent', 'select_account']);
  });

  it('shows the account of this browser, and goes on with it', async () => {
    const person = await aBrowser();
    const page = await person.visit(select());
    expect([page.response.status, page.text]).toEqual([200, expect.stringContaining('Continue as Ada Lovelace')]);
    expect(page.text).toContain(ada.email);
    expect(page.text).not.toContain('name="password"');
    const { leftTo } = await person.submit(page, '/select-account');
    expect(await subjectOf(leftTo)).toBe(ada.account.id);
  });

  it('lets somebody else sign in, who is then the one of this browser', async () => {
    const person = await aBrowser();
    const page = await person.visit(select());
    const signInPage = await person.submit(page, '/another-account');
    expect(signInPage.text).toContain('name="password"');
    // The other is signed out first, by a page that sends itself.
    const changed = await person.submit(await person.submit(signInPage, '/sign-in', grace), '/session/end/confirm');
    const { leftTo } = changed.leftTo ? changed : await person.submit(changed, '/consent');
    expect(await subjectOf(leftTo)).toBe(grace.account.id);
    expect((await person.visit(select())).text).toContain('Continue as Grace Hopper');
  });

  it('asks nobody to choose who has just signed in', async () => {
    const person = new Person(server.issuer);
    expect((await person.visit(select())).text).toContain('name="password"');
    expect((await person.authorize(select(), grace)).searchParams.has('code')).toBe(true);
  });

  it('I04 for the person of an id_token_hint is an error when somebody else is chosen', async () => {
    const { person, tokens } = await signIn(server, app, ada);
    const page = await person.visit(select({ id_token_hint: tokens.id_token }));
    const signInPage = await person.submit(page, '/another-account');
    const changed = await person.submit(await person.submit(signInPage, '/sign-in', grace), '/session/end/confirm');
    const { leftTo } = changed;
    expect([leftTo?.searchParams.get('error'), leftTo?.searchParams.has('code')]).toEqual(['login_required', false]);
  });

  it('can be left, and the app is told', async () => {
    const person = await aBrowser();
    const page = await person.visit(select());
    const { leftTo } = await person.submit(page, '/cancel');
    expect(leftTo?.searchParams.get('error')).toBe('access_denied');
  });

  it('takes no answer without the token of the page', async () => {
    const person = await aBrowser();
    const page = await person.visit(select());
    const action = /action="([^"]*\/select-account)"/.exec(page.text)?.[1] ?? '';
    const { status } = await person.request(action, { form: { csrf: 'nonsense' } });
    expect(status).toBe(403);
  });
});
