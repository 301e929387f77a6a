import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { keepPreferences } from '../../src/accounts/preferences.ts';
import { updatePerson } from '../../src/accounts/update-person.ts';
import { addToGroup, createGroup } from '../../src/roles/groups.ts';
import { MOST_GROUPS } from '../../src/tokens/issue/claims.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { aGroup, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let app: Awaited<ReturnType<typeof aClient>>;
beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  app = await aClient(server.database, { type: 'web', idTokenAlg: 'RS256', subscriptions });
});
afterAll(() => server.stop());

const EVERYTHING = { scope: 'openid profile email groups offline_access', prompt: 'consent' };

const userInfo = async (token: string) => {
  const response = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as Record<string, unknown>;
};
const claimsIn = (token: string | undefined): Record<string, unknown> => decodeJwt(token ?? '');

/** Somebody who has told all that there is to tell. */
async function aKnownPerson() {
  const ada = await aPerson(server.database);
  const { db } = server.database;
  const profile = {
    given_name: 'Ada',
    family_name: 'Lovelace',
    nickname: 'Countess',
    preferred_username: `ada.${ada.account.id.slice(-8)}`,
    picture: 'https://ada.example.com/me.png',
  };
  await updatePerson(db, { accountId: ada.account.id, changes: profile }, byOperator());
  await keepPreferences(db, ada.account.id, { language: 'de', timeZone: 'Europe/Berlin' });
  const group = await aGroup(server.database, [ada.account.id]);
  const told = { ...profile, locale: 'de', zoneinfo: 'Europe/Berlin', name: 'Ada Lovelace', groups: [group.name] };
  return { ...ada, told };
}

async function inGroups(accountId: string, names: readonly string[]) {
  const { db } = server.database;
  for (const name of names) {
    const group = await createGroup(db, { name }, byOperator());
    await addToGroup(db, { groupId: group.id, accountId }, byOperator());
  }
}

describe('the claims of a person', () => {
  it('I08 are in the ID token and at UserInfo, as far as the scopes ask for them', async () => {
    const ada = await aKnownPerson();
    const { tokens } = await signIn(server, app, ada, { parameters: EVERYTHING });
    const expected = { ...ada.told, email: ada.email, email_verified: true, updated_at: expect.any(Number) };
    expect(claimsIn(tokens.id_token)).toMatchObject(expected);
    expect(await userInfo(tokens.access_token)).toEqual({ sub: ada.account.id, ...expected });
    const less = await signIn(server, app, ada, { parameters: { scope: 'openid email', prompt: 'consent' } });
    const only = { sub: ada.account.id, email: ada.email, email_verified: true };
    expect(await userInfo(less.tokens.access_token)).toEqual(only);
  });

  it('I08 are absent rather than null where the person has not told them', async () => {
    const grace = await aPerson(server.database, { name: 'Grace' });
    const { tokens } = await signIn(server, app, grace, { parameters: EVERYTHING });
    const about = await userInfo(tokens.access_token);
    expect(Object.keys(about).sort()).toEqual(['email', 'email_verified', 'groups', 'name', 'sub', 'updated_at']);
    expect(about.groups).toEqual([]);
    const names = Object.keys(claimsIn(tokens.id_token));
    expect(names.filter((name) => ['given_name', 'picture', 'locale', 'groups_overage'].includes(name))).toEqual([]);
  });

  it('an ID token from a refresh has RS256, email and groups, as the API server of Kubernetes reads them', async () => {
    const ada = await aKnownPerson();
    const parameters = { ...EVERYTHING, scope: `${EVERYTHING.scope} reports:read`, resource: api.identifier };
    const { tokens } = await signIn(server, app, ada, { parameters });
    await inGroups(ada.account.id, [`admins of ${ada.account.id}`]);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const { body } = await post(server, '/token', form, app);
    const { alg } = JSON.parse(Buffer.from(String(body.id_token).split('.')[0] ?? '', 'base64url').toString());
    const groups = [`admins of ${ada.account.id}`, ...ada.told.groups];
    expect([alg, claimsIn(body.id_token)]).toMatchObject(['RS256', { email: ada.email, email_verified: true, groups }]);
  });

  it('groups cost one statement more, and only those who ask for them', async () => {
    const ada = await aKnownPerson();
    const count = async (scope: string) => {
      const { tokens } = await signIn(server, app, ada, { parameters: { ...EVERYTHING, scope } });
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
      const statements = await statementsDuring(async () => {
        expect((await post(server, '/token', form, app)).status).toBe(200);
      });
      return statements.filter((text) => /group_members/.test(text)).length;
    };
    expect([await count('openid email offline_access'), await count(EVERYTHING.scope)]).toEqual([0, 1]);
  });
});

describe('too many groups', () => {
  it('are left out of the ID token, which says so, and are at UserInfo', async () => {
    const ada = await aPerson(server.database);
    const names = Array.from({ length: MOST_GROUPS.id_token.names + 1 }, (_, index) => `${ada.account.id} ${index}`);
    await inGroups(ada.account.id, names);
    const { tokens } = await signIn(server, app, ada, { parameters: EVERYTHING });
    const { groups, groups_overage } = claimsIn(tokens.id_token);
    expect([groups, groups_overage]).toEqual([undefined, true]);
    const about = await userInfo(tokens.access_token);
    expect([(about.groups as string[]).length, about.groups_overage]).toEqual([names.length, undefined]);
  });

  it('are too many also by the length of their names', async () => {
    const ada = await aPerson(server.database);
    const pad = 'x'.repeat(60);
    await inGroups(
      ada.account.id,
      Array.from({ length: 25 }, (_, index) => `${ada.account.id} ${pad} ${index}`),
    );
    const { tokens } = await signIn(server, app, ada, { parameters: EVERYTHING });
    expect(claimsIn(tokens.id_token)).toMatchObject({ groups_overage: true });
    expect((tokens.id_token ?? '').length).toBeLessThan(4000);
  });
});
