import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Program, start } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { type Deployment, deploy, TRUST } from './deployment.ts';

let server: Deployment;
let program: Program;
let app: string;

beforeAll(async () => {
  server = await deploy();
  const port = await freePort();
  app = `http://localhost:${port}`;
  const { clientId, clientSecret } = await server.register({
    type: 'web',
    redirectUris: [`${app}/auth/callback/latchkey`],
  });
  program = start('test/real-clients/programs/auth-js.js', {
    ...TRUST,
    PORT: String(port),
    ISSUER: server.issuer,
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    AUTH_SECRET: 'a secret of at least thirty-two characters',
  });
  await program.says(/ready/);
});
afterAll(async () => {
  await program?.stop();
  expect(await server?.stop()).toEqual([]);
});

/** Presses a button of Auth.js's own pages. */
async function press(browser: Person, action: 'signin/latchkey' | 'signout') {
  const csrfToken: string = JSON.parse((await browser.visit('/auth/csrf')).text).csrfToken;
  return browser.request(`/auth/${action}`, { form: { csrfToken, callbackUrl: `${app}/` } });
}

const session = async (browser: Person) => JSON.parse((await browser.visit('/auth/session')).text);

async function signIn(person: { email: string; password: string }): Promise<Person> {
  const browser = new Person(app);
  const asked = await press(browser, 'signin/latchkey');
  const callback = await new Person(server.issuer).authorize(asked.headers.get('location') ?? '', person);
  expect((await browser.visit(callback.href)).url).toBe(`${app}/`);
  return browser;
}

describe('Auth.js', () => {
  it('signs a person in, knows their name and address, refreshes and signs out', async () => {
    const ada = await aPerson(server.database);
    const browser = await signIn(ada);
    const first = await session(browser);
    expect(first.user).toEqual({ name: 'Ada Lovelace', email: ada.email });
    const second = await session(browser);
    expect(second.user).toEqual(first.user);
    expect(second.accessToken).not.toBe(first.accessToken);

    await press(browser, 'signout');
    expect(await session(browser)).toBeNull();
  });

  it('stays signed in when two tabs refresh at once', async () => {
    const browser = await signIn(await aPerson(server.database));
    const both = await Promise.all([session(browser), session(browser)]);
    expect(both[1].accessToken).toBe(both[0].accessToken);
    const later = await session(browser);
    expect(later.user).toEqual(both[0].user);
    expect(later.accessToken).not.toBe(both[0].accessToken);
  });
});
