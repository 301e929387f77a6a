import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { updateClient } from '../../src/clients/update-client.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { aGroup, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  await aGroup(server.database, [ada.account.id]);
});
afterAll(() => server.stop());

const EVERYTHING = { scope: 'openid profile email groups offline_access', prompt: 'consent' };
const OF_PEOPLE = ['name', 'updated_at', 'email', 'email_verified', 'groups'];
const isOfPeople = (name: string) => OF_PEOPLE.includes(name);
const told = (token: string | undefined) => Object.keys(decodeJwt(token ?? '')).filter(isOfPeople);

async function userInfo(token: string) {
  const response = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  return Object.keys((await response.json()) as object).filter(isOfPeople);
}

describe('what is in the ID tokens of an app, beside UserInfo', () => {
  it.each([
    ['everything, when nothing is said', undefined, OF_PEOPLE],
    ['the claims of a scope', ['profile'], ['name', 'updated_at']],
    ['single claims', ['name', 'groups'], ['name', 'groups']],
    ['nothing', [], []],
  ])('is %s, for a code and for a refresh', async (_what, idTokenClaims, expected) => {
    const app = await aClient(server.database, { type: 'web', ...(idTokenClaims && { idTokenClaims }) });
    const { tokens } = await signIn(server, app, ada, { parameters: EVERYTHING });
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const refreshed = await post(server, '/token', form, app);
    expect([told(tokens.id_token), told(refreshed.body.id_token)]).toEqual([expected, expected]);
    expect(await userInfo(refreshed.body.access_token)).toEqual(OF_PEOPLE);
  });

  it('is the same from oidc-provider as from the direct way', async () => {
    const ordinary = await startTestServer({ env: { EXPRESS_LANE: 'off' } });
    try {
      const app = await aClient(ordinary.database, { type: 'web', idTokenClaims: ['email'] });
      const grace = await aPerson(ordinary.database);
      const { tokens } = await signIn(ordinary, app, grace, { parameters: EVERYTHING });
      expect(told(tokens.id_token)).toEqual(['email', 'email_verified']);
    } finally {
      await ordinary.stop();
    }
  });

  it('follows a change with the next refresh', async () => {
    const app = await aClient(server.database, { type: 'web' });
    const { tokens } = await signIn(server, app, ada, { parameters: EVERYTHING });
    const changes = { idTokenClaims: ['email'] };
    await updateClient(server.database.db, { clientId: app.clientId, changes }, byOperator());
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect(told((await post(server, '/token', form, app)).body.id_token)).toEqual(['email', 'email_verified']);
  });
});
