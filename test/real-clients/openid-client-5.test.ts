import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Program, start } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { type Deployment, deploy, signOut, TRUST } from './deployment.ts';

let server: Deployment;
let program: Program;
let app: string;

beforeAll(async () => {
  server = await deploy('/auth');
  const port = await freePort();
  app = `http://localhost:${port}`;
  const { clientId, clientSecret } = await server.register({
    type: 'web',
    redirectUris: [`${app}/callback`],
    postLogoutRedirectUris: [app],
  });
  program = start('test/real-clients/programs/openid-client-5.js', {
    ...TRUST,
    PORT: String(port),
    ISSUER: server.issuer,
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
  });
  await program.says(/ready/);
});
afterAll(async () => {
  await program?.stop();
  expect(await server?.stop()).toEqual([]);
});

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
