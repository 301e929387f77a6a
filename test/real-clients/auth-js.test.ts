import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { start } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aGroup } from '../support/roles.ts';
import { type Deployment, type RealClient, startClient } from './deployment.ts';

let client: RealClient;
let server: Deployment;
let app: string;

beforeAll(async () => {
  client = await startClient({
    wanted: (url) => ({ redirectUris: [`${url}/auth/callback/latchkey`] }),
    program: (variables) =>
      start('test/real-clients/programs/auth-js.js', {
        ...variables,
        AUTH_SECRET: 'a secret of at least thirty-two characters',
      }),
    ready: /ready/,
  });
  ({ server, app } = client);
});
afterAll(async () => expect(await client?.stop()).toEqual([]));

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
  it('signs a person in, knows their name, address and groups, refreshes and signs out', async () => {
    const ada = await aPerson(server.database);
    const group = await aGroup(server.database, [ada.account.id]);
    const browser = await signIn(ada);
    const first = await session(browser);
    expect(first.user).toEqual({ name: 'Ada Lovelace', email: ada.email });
    expect(first.groups).toEqual([group.name]);
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
