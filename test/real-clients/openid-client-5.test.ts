import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { start } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { type Deployment, type RealClient, signOut, startClient } from './deployment.ts';

let client: RealClient;
let server: Deployment;
let app: string;

beforeAll(async () => {
  client = await startClient({
    path: '/auth',
    wanted: (url) => ({ redirectUris: [`${url}/callback`], postLogoutRedirectUris: [url] }),
    program: (variables) => start('test/real-clients/programs/openid-client-5.js', variables),
    ready: /ready/,
  });
  ({ server, app } = client);
});
afterAll(async () => expect(await client?.stop()).toEqual([]));

describe('openid-client 5', () => {
  it('signs a person in, asks UserInfo, refreshes, introspects, revokes and signs out', async () => {
    const ada = await aPerson(server.database);
    const [browser, atServer] = [new Person(app), new Person(server.issuer)];
    const asked = await browser.visit('/login');
    const callback = await atServer.authorize(asked.leftTo?.href ?? '', ada);
    const { end, ...outcome } = JSON.parse((await browser.visit(callback.href)).text);
    const person = { sub: ada.account.id, name: 'Ada Lovelace', email: ada.email, email_verified: true };
    expect(outcome).toMatchObject({ claims: person, userinfo: person, renewed: true, active: [true, false] });

    expect(await signOut(atServer, end)).toBe(`${app}/`);
  });
});
