import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { deletePerson } from '../../src/accounts/delete-person.ts';
import { disableAccount, withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { aDpopKey, proofOf } from '../support/dpop.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;

beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

type App = Awaited<ReturnType<typeof aClient>>;
type Ada = Awaited<ReturnType<typeof aPerson>>;
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

async function aCode(refreshRetrySeconds = 0) {
  const app = await aClient(server.database, {
    type: 'web',
    refreshRetrySeconds,
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  const ada = await aPerson(server.database);
  const wish = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
  const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app, wish), ada);
  const code = callback.searchParams.get('code') ?? '';
  return {
    app,
    ada,
    form: { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: PKCE.verifier },
  };
}

async function aRefreshToken(refreshRetrySeconds?: number) {
  const { app, ada, form } = await aCode(refreshRetrySeconds);
  const { body } = await post(server, '/token', form, app);
  return { app, ada, form: { grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' } };
}

/** Lets something happen after an exchange has read its code or token and before it writes: when it first signs. */
function meanwhile(happening: () => Promise<unknown>): void {
  const { keyring } = server.app;
  const sign = keyring.sign.bind(keyring);
  jest.spyOn(keyring, 'sign').mockImplementationOnce(async (...order) => {
    await happening();
    return sign(...order);
  });
}

const eventsOf = async (app: App) => {
  const rows = await server.database.db
    .selectFrom('audit_events')
    .select('type')
    .where('client_id', '=', app.clientId)
    .where('type', 'in', ['code.exchanged', 'refresh.rotated', 'refresh.retried', 'grant.revoked'])
    .orderBy('id')
    .execute();
  return rows.map(({ type }) => type);
};

const usable = (app: App) =>
  server.database.db
    .selectFrom('artifacts')
    .select('model')
    .where('client_id', '=', app.clientId)
    .where('model', 'in', ['RefreshToken', 'AccessToken', 'AuthorizationCode'])
    .where('consumed_at', 'is', null)
    .execute();

const endings: [string, (app: App, ada: Ada) => Promise<unknown>][] = [
  [
    'the person withdraws the consent',
    (app, ada) => withdrawConsent(server.database.db, { accountId: ada.account.id, clientId: app.clientId }, by()),
  ],
  [
    'the person is disabled',
    (_app, ada) => disableAccount(server.database.db, { accountId: ada.account.id, reason: 'test' }, by()),
  ],
  ['the person is deleted', (_app, ada) => deletePerson(server.database.db, ada.account.id, by())],
  ['the app is disabled', (app) => disableClient(server.database.db, { clientId: app.clientId, reason: 'test' }, by())],
  [
    'the app is disabled and enabled again',
    async (app) => {
      await disableClient(server.database.db, { clientId: app.clientId, reason: 'test' }, by());
      await enableClient(server.database.db, app.clientId, by());
    },
  ],
  [
    'just the grant goes',
    (app) =>
      server.database.db
        .deleteFrom('artifacts')
        .where('client_id', '=', app.clientId)
        .where('model', '=', 'Grant')
        .execute(),
  ],
  [
    'just the person is marked as disabled',
    (_app, ada) =>
      server.database.db
        .updateTable('accounts')
        .set({ disabled_at: new Date() })
        .where('id', '=', ada.account.id)
        .execute(),
  ],
];

describe.each([
  ['a code', aCode],
  ['a refresh token', aRefreshToken],
])('an exchange of %s gives nothing when, after it was read,', (_what, prepare) => {
  it.each(endings)('%s', async (ending, happens) => {
    const { app, ada, form } = await prepare();
    const before = await eventsOf(app);
    meanwhile(() => happens(app, ada));
    const { status, body } = await post(server, '/token', form, app);
    expect(['400 invalid_grant', '401 invalid_client']).toContain(`${status} ${body.error}`);
    expect((await usable(app)).filter(({ model }) => model === 'AccessToken')).toEqual([]);
    expect(await eventsOf(app)).toEqual(before);
    const again = await post(server, '/token', form, app);
    const refusal = ending === 'the app is disabled' ? '401 invalid_client' : '400 invalid_grant';
    expect(`${again.status} ${again.body.error}`).toBe(refusal);
  });
});

describe('an exchange whose code or token is used by another one after it was read', () => {
  it.each([
    ['code', aCode, 'code.exchanged'],
    ['refresh token', aRefreshToken, 'refresh.rotated'],
  ] as const)(
    'is a reuse of the %s: the other one succeeded once, and the family is revoked',
    async (_what, prepare, event) => {
      const { app, form } = await prepare();
      let other: Awaited<ReturnType<typeof post>> | undefined;
      meanwhile(async () => {
        other = await post(server, '/token', form, app);
      });
      const { status, body } = await post(server, '/token', form, app);
      expect([other?.status, status, body.error]).toEqual([200, 400, 'invalid_grant']);
      expect(await usable(app)).toEqual([]);
      expect((await eventsOf(app)).slice(-2)).toEqual([event, 'grant.revoked']);
    },
  );

  it('is the same answer again inside a retry window', async () => {
    const { app, form } = await aRefreshToken(60);
    let other: Awaited<ReturnType<typeof post>> | undefined;
    meanwhile(async () => {
      other = await post(server, '/token', form, app);
    });
    const { status, text } = await post(server, '/token', form, app);
    expect([status, text]).toEqual([200, other?.text]);
    expect(await usable(app)).toHaveLength(1);
    expect((await eventsOf(app)).slice(-2)).toEqual(['refresh.rotated', 'refresh.retried']);
  });

  it('is a reuse with a DPoP proof too, which counts as used once and not twice', async () => {
    const { app, form } = await aRefreshToken();
    const key = await aDpopKey();
    const proof = () => proofOf(key, { method: 'POST', url: `${server.issuer}/token` });
    const headers = [{ dpop: await proof() }, { dpop: await proof() }];
    meanwhile(() => post(server, '/token', form, app, headers[1]));
    const { body } = await post(server, '/token', form, app, headers[0]);
    expect([body.error, body.error_description]).toEqual(['invalid_grant', 'grant request is invalid']);
    expect(await usable(app)).toEqual([]);
    expect((await eventsOf(app)).slice(-2)).toEqual(['refresh.rotated', 'grant.revoked']);
  });
});

describe('an exchange that is refused', () => {
  it('leaves the token as it was', async () => {
    const { app, form } = await aRefreshToken();
    const keyring = jest.spyOn(server.app.keyring, 'sign').mockRejectedValue(new Error('no signature'));
    expect((await post(server, '/token', form, app)).status).toBe(500);
    keyring.mockRestore();
    expect((await post(server, '/token', form, app)).status).toBe(200);
  });
});
