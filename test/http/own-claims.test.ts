import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { updatePerson } from '../../src/accounts/update-person.ts';
import { OwnClaims } from '../../src/clients/claims/own-claims.ts';
import { addToGroup, createGroup } from '../../src/roles/groups.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ordinary: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  ordinary = await startTestServer({ env: { EXPRESS_LANE: 'off' } });
});
afterAll(async () => {
  await ordinary.stop();
  await server.stop();
});

const LINES = [
  'login = preferred_username',
  'tenant = "acme"',
  'https://example.com/admin = group "Admins"',
  'https://example.com/board = group "Board"',
  'teams = groups',
  'mail = email',
  'internal = true',
  'nick = nickname',
];

async function aWorld(at: TestServer) {
  const ada = await aPerson(at.database);
  const { db } = at.database;
  await updatePerson(db, { accountId: ada.account.id, changes: { preferred_username: 'ada' } }, byOperator());
  const group = await createGroup(db, { name: 'Admins' }, byOperator());
  await addToGroup(db, { groupId: group.id, accountId: ada.account.id }, byOperator());
  const app = await aClient(at.database, { type: 'web', ownClaims: LINES });
  return { ada, app };
}

async function userInfo(at: TestServer, token: string) {
  const response = await fetch(`${at.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as Record<string, unknown>;
}

const NAMES = LINES.map((line) => line.split(' ')[0] ?? '');
const own = (claims: object) => Object.fromEntries(Object.entries(claims).filter(([name]) => NAMES.includes(name)));

const SAID = {
  login: 'ada',
  tenant: 'acme',
  'https://example.com/admin': true,
  'https://example.com/board': false,
  teams: ['Admins'],
  internal: true,
};

describe('the claims of an app’s own', () => {
  it.each(['the direct way', 'oidc-provider'])(
    'are in its ID tokens and at UserInfo, also after a refresh, by %s',
    async (way) => {
      const at = way === 'oidc-provider' ? ordinary : server;
      const { ada, app } = await aWorld(at);
      const parameters = { scope: 'openid profile email groups offline_access', prompt: 'consent' };
      const { tokens } = await signIn(at, app, ada, { parameters });
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
      const refreshed = await post(at, '/token', form, app);
      const expected = { ...SAID, mail: ada.email };
      for (const token of [tokens.id_token, refreshed.body.id_token])
        expect(own(decodeJwt(token ?? ''))).toEqual(expected);
      expect(own(await userInfo(at, refreshed.body.access_token))).toEqual(expected);

      // Nothing that a person did not agree to gets out under another name.
      const less = await signIn(at, app, ada, { parameters: { scope: 'openid profile', prompt: 'consent' } });
      const few = { login: 'ada', tenant: 'acme', internal: true };
      expect(own(decodeJwt(less.tokens.id_token ?? ''))).toEqual(few);
      expect(own(await userInfo(at, less.tokens.access_token))).toEqual(few);

      const { answer } = commandLineOf(at);
      const preview = ['app', 'claims', app.clientId, ada.email];
      const { id_token, userinfo } = await answer<Record<string, object>>(preview);
      expect([own(id_token ?? {}), own(userinfo ?? {})]).toEqual([expected, expected]);
      expect(decodeJwt(refreshed.body.id_token ?? '')).toMatchObject(id_token ?? {});
      expect(await userInfo(at, refreshed.body.access_token)).toEqual(userinfo);
      const forLess = await answer<Record<string, object>>([...preview, '--scope', 'openid profile']);
      expect(own(forLess.userinfo ?? {})).toEqual(few);
    },
  );

  it.each([
    ['of the standard', 'email = name'],
    ['of the protocol', 'sub = preferred_username'],
    ['of this server', 'grant_id = "x"'],
    ['that every object has', '__proto__ = "x"'],
    ['without a source', 'tenant ='],
    ['from what is none', 'tenant = shoe_size'],
    ['with a text that does not end', 'tenant = "acme'],
    ['with a long text', `tenant = "${'x'.repeat(201)}"`],
    ['with a space in its name', 'my tenant = "acme"'],
  ])('are refused: one %s', (_what, line) => {
    expect(OwnClaims.safeParse([line]).success).toBe(false);
  });

  it('are bounded, and none comes twice', () => {
    const many = (count: number, text = 'x') => Array.from({ length: count }, (_, index) => `c${index} = "${text}"`);
    const verdicts = [many(20), many(21), many(15, 'x'.repeat(150)), ['a = "1"', 'a = "2"']].map(
      (lines) => OwnClaims.safeParse(lines).success,
    );
    expect(verdicts).toEqual([true, false, false, false]);
  });
});
