import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { examineTokens } from '../../src/doctor/examine/tokens.ts';
import { createVerifier } from '../../src/verifier/index.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => `scope:${index}`.padEnd(length, 'x'));

async function anApiOf(scopes: string[], rolesClaim = false) {
  const api = await anApi(server.database, { scopes: scopes.map((name) => ({ name, description: '' })) });
  await server.database.db.updateTable('apis').set({ roles_claim: rolesClaim }).where('id', '=', api.id).execute();
  return api;
}

type Api = Awaited<ReturnType<typeof anApiOf>>;

/** Gives the person this many roles of the API with names of 58 letters, and no other. */
async function giveRoles(api: Api, accountId: string, count: number): Promise<void> {
  const { db } = server.database;
  await db.deleteFrom('roles').where('api_id', '=', api.id).execute();
  if (count === 0) return;
  await sql`with made as (
    insert into roles (id, api_id, name, description, scopes, created_at)
    select ${api.id} || n, ${api.id}, rpad('Role ' || n, 58, 'é'), '', '{}', now()
    from generate_series(1, ${count}) n returning id
  ) insert into role_accounts (role_id, account_id) select id, ${accountId} from made`.execute(db);
}

async function verified(api: Api, token: string): Promise<Record<string, unknown>> {
  const { issuer } = server;
  const verifier = createVerifier({ issuer, audience: api.identifier, revocations: 'off' });
  try {
    return await verifier.verify(token);
  } finally {
    verifier.close();
  }
}

const subscriptionsOf = (api: Api, scopes: string[]) => ({ subscriptions: [{ api: api.identifier, scopes }] });

describe('a token on behalf of a person who has many roles', () => {
  const scopes = names(150, 10);

  it('is not issued when no verifier would take it, and the code stays good until it would', async () => {
    const api = await anApiOf(scopes, true);
    const app = await aClient(server.database, { type: 'web', ...subscriptionsOf(api, scopes) });
    const ada = await aPerson(server.database);
    await giveRoles(api, ada.account.id, 400);
    const url = authorizationUrl(server, app, { scope: `openid ${scopes.join(' ')}`, resource: api.identifier });
    const callback = await new Person(server.issuer).authorize(url, ada);
    const code = {
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
      code_verifier: PKCE.verifier,
    };
    const exchange = () => post(server, '/token', { grant_type: 'authorization_code', ...code }, app);
    const refused = await exchange();
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_scope']);
    expect(refused.body.error_description).toMatch(
      /^this person has 400 roles of the API, which are too many for one token \(its claims would have \d+ bytes, and 11520 is the most\)$/,
    );
    await giveRoles(api, ada.account.id, 3);
    const { status, body } = await exchange();
    expect(status).toBe(200);
    expect((await verified(api, body.access_token)).roles).toHaveLength(3);
  });

  it.each([
    ['', {}],
    [' by an app in a browser', { type: 'spa' as const }],
  ])('is refused at a refresh%s, which does not use the refresh token up', async (_how, kind) => {
    const api = await anApiOf(['reports:read'], true);
    const app = await aClient(server.database, { type: 'web', ...kind, ...subscriptionsOf(api, ['reports:read']) });
    const ada = await aPerson(server.database);
    const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
    const { tokens } = await signIn(server, app, ada, { parameters });
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const credentials = app.clientSecret ? {} : { client_id: app.clientId };
    const refresh = () => post(server, '/token', { ...form, ...credentials }, app.clientSecret ? app : undefined);
    await giveRoles(api, ada.account.id, 400);
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await refresh();
      expect([status, body.error]).toEqual([400, 'invalid_scope']);
    }
    await giveRoles(api, ada.account.id, 0);
    expect((await refresh()).status).toBe(200);
  });

  it('is one that the verifier takes, however near to the bound', async () => {
    const api = await anApiOf(['reports:read'], true);
    const app = await aClient(server.database, { type: 'web', ...subscriptionsOf(api, ['reports:read']) });
    const ada = await aPerson(server.database);
    const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
    const { tokens } = await signIn(server, app, ada, { parameters });
    let refreshToken = tokens.refresh_token ?? '';
    let largest = '';
    let refused = 0;
    for (let count = 92; count <= 112; count += 1) {
      await giveRoles(api, ada.account.id, count);
      const { status, body } = await post(
        server,
        '/token',
        { grant_type: 'refresh_token', refresh_token: refreshToken },
        app,
      );
      if (status === 200) {
        refreshToken = body.refresh_token ?? '';
        largest = body.access_token;
        expect((await verified(api, largest)).roles).toHaveLength(count);
      } else {
        expect(body.error).toBe('invalid_scope');
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(largest.length).toBeGreaterThan(15_000);
    expect(largest.length).toBeLessThanOrEqual(16_384);
  });
});

describe('a token of an app with many scopes', () => {
  it('is not issued when no verifier would take it, and with fewer it is', async () => {
    const scopes = names(200, 90);
    const api = await anApiOf(scopes);
    const app = await aClient(server.database, { type: 'machine', ...subscriptionsOf(api, scopes) });
    const ask = (scope?: string) =>
      requestToken(server, app, { resource: api.identifier, ...(scope ? { scope } : {}) });
    const all = await ask();
    expect([all.status, all.body.error]).toEqual([400, 'invalid_scope']);
    expect(all.body.error_description).toMatch(/^these scopes are too many for one token: ask for fewer \(/);
    const some = await ask(scopes.slice(0, 120).join(' '));
    expect(some.status).toBe(200);
    expect((await verified(api, some.body.access_token)).scope).toBe(scopes.slice(0, 120).join(' '));
    const few = await ask(scopes.slice(0, 20).join(' '));
    expect(few.status).toBe(200);
  });
});

describe('latchkey doctor', () => {
  it('tells ahead of tokens that are too large for many proxies, and of whose', async () => {
    const api = await anApiOf(['reports:read'], true);
    await aClient(server.database, { type: 'web', ...subscriptionsOf(api, ['reports:read']) });
    const ada = await aPerson(server.database);
    const found = async () => (await examineTokens(server.database.db)).find((one) => one.api === api.identifier);
    await giveRoles(api, ada.account.id, 10);
    expect(await found()).toBeUndefined();
    await giveRoles(api, ada.account.id, 60);
    expect(await found()).toEqual({ api: api.identifier, characters: expect.any(Number), mostRoles: ada.email });
  });
});
