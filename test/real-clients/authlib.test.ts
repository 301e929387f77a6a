import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Program, startProgram } from '../examples/program.ts';
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
    redirectUris: [`${app}/callback`],
    pkce: 'pkce_or_nonce',
  });
  // Debian's Python, which has Debian's packages (python3-authlib, python3-flask, python3-requests).
  program = startProgram('/usr/bin/python3', ['test/real-clients/programs/authlib-flask.py'], {
    ...TRUST,
    PORT: String(port),
    ISSUER: server.issuer,
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
  });
  await program.says(/Running on/);
});
afterAll(async () => {
  await program?.stop();
  expect(await server?.stop()).toEqual([]);
});

describe('Authlib', () => {
  it('signs a person in, asks UserInfo, refreshes and revokes', async () => {
    const ada = await aPerson(server.database);
    const browser = new Person(app);
    const asked = await browser.visit('/login');
    const callback = await new Person(server.issuer).authorize(asked.leftTo?.href ?? '', ada);
    const outcome = JSON.parse((await browser.visit(callback.href)).text);
    const person = { sub: ada.account.id, name: 'Ada Lovelace', email: ada.email, email_verified: true };
    expect(outcome).toMatchObject({ claims: person, userinfo: person, renewed: true, revoked: 200 });
  });
});
