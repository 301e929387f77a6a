import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProgram } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aGroup } from '../support/roles.ts';
import { type Deployment, type RealClient, startClient } from './deployment.ts';

let client: RealClient;
let server: Deployment;
let app: string;

beforeAll(async () => {
  client = await startClient({
    wanted: (url) => ({ redirectUris: [`${url}/callback`], pkce: 'pkce_or_nonce' }),
    program: (variables) =>
      // Debian's Python, which has Debian's packages (python3-authlib, python3-flask, python3-requests).
      startProgram('/usr/bin/python3', ['test/real-clients/programs/authlib-flask.py'], variables),
    ready: /Running on/,
  });
  ({ server, app } = client);
});
afterAll(async () => expect(await client?.stop()).toEqual([]));

describe('Authlib', () => {
  it('signs a person in, asks UserInfo, refreshes and revokes', async () => {
    const ada = await aPerson(server.database);
    const group = await aGroup(server.database, [ada.account.id]);
    const browser = new Person(app);
    const asked = await browser.visit('/login');
    const callback = await new Person(server.issuer).authorize(asked.leftTo?.href ?? '', ada);
    const outcome = JSON.parse((await browser.visit(callback.href)).text);
    const person = {
      sub: ada.account.id,
      name: 'Ada Lovelace',
      email: ada.email,
      email_verified: true,
      groups: [group.name],
    };
    expect(outcome).toMatchObject({ claims: person, userinfo: person, renewed: true, revoked: 200 });
  });
});
