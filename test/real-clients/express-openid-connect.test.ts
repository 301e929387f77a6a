import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { start } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aGroup } from '../support/roles.ts';
import { type Deployment, type RealClient, signOut, startClient } from './deployment.ts';

let client: RealClient;
let server: Deployment;
let app: string;

beforeAll(async () => {
  client = await startClient({
    wanted: (url) => ({ redirectUris: [`${url}/callback`], postLogoutRedirectUris: [url] }),
    program: (variables) =>
      start('test/real-clients/programs/express-openid-connect.js', {
        ...variables,
        ISSUER_BASE_URL: variables.ISSUER ?? '',
        SECRET: 'a secret of at least thirty-two characters',
      }),
    ready: /ready/,
  });
  ({ server, app } = client);
});
afterAll(async () => expect(await client?.stop()).toEqual([]));

describe('express-openid-connect', () => {
  it('signs a person in, asks UserInfo, refreshes and signs out of both', async () => {
    const ada = await aPerson(server.database);
    const group = await aGroup(server.database, [ada.account.id]);
    const [browser, atServer] = [new Person(app), new Person(server.issuer)];
    const asked = await browser.visit('/');
    const callback = await atServer.authorize(asked.leftTo?.href ?? '', ada);
    const page = await browser.visit(callback.href);
    const person = {
      sub: ada.account.id,
      name: 'Ada Lovelace',
      email: ada.email,
      email_verified: true,
      groups: [group.name],
    };
    expect(JSON.parse(page.text)).toMatchObject(person);
    expect(JSON.parse((await browser.visit('/userinfo')).text)).toMatchObject(person);
    expect(JSON.parse((await browser.visit('/refresh')).text)).toEqual({ renewed: true });

    const { leftTo } = await browser.visit('/logout');
    expect(await signOut(atServer, leftTo?.href ?? '')).toBe(`${app}/`);
    // Nobody is signed in at the server any more, nor at the app.
    const again = await browser.visit('/');
    expect((await atServer.visit(again.leftTo?.href ?? '')).text).toContain('name="password"');
  });
});
