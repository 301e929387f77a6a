import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { enableClient } from '../../src/clients/lifecycle.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let others: pg.Client;
let robot: Awaited<ReturnType<typeof aRobot>>;
let api: Awaited<ReturnType<typeof anApi>>;

beforeAll(async () => {
  server = await startTestServer();
  others = new pg.Client({ connectionString: server.databaseUrl });
  await others.connect();
  robot = await aRobot(server, ['apps:write']);
  api = await anApi(server.database);
});
afterAll(async () => {
  await others.end();
  await server.stop();
});

type App = Awaited<ReturnType<typeof aClient>>;
const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

async function aConnectedApp() {
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const app = await aClient(server.database, { type: 'web', subscriptions });
  const ada = await aPerson(server.database);
  return { app, ada, token: await refreshTokenOf(app, ada) };
}

async function refreshTokenOf(app: App, ada: Awaited<ReturnType<typeof aPerson>>): Promise<string> {
  const parameters = { scope: 'openid offline_access reports:read', resource: api.identifier, prompt: 'consent' };
  const { tokens } = await signIn(server, app, ada, { parameters });
  return tokens.refresh_token ?? '';
}

async function refresh(app: App, token: string) {
  const { status, body } = await post(server, '/token', { grant_type: 'refresh_token', refresh_token: token }, app);
  return { outcome: `${status} ${body.error ?? ''}`.trim(), token: body.refresh_token ?? '' };
}

const rowsOf = async (app: App) => {
  const { rows } = await others.query<{ model: string }>(
    'select model from artifacts where client_id = $1 order by model',
    [app.clientId],
  );
  return rows.map(({ model }) => model);
};

describe('an app that is disabled', () => {
  it('is stopped while somebody else holds every row of its tokens, for none of them is touched', async () => {
    const { app, token } = await aConnectedApp();
    await others.query('begin');
    await others.query('select from artifacts where client_id = $1 for update', [app.clientId]);
    const { status } = await robot.call('POST', `/apps/${app.clientId}/disable`, { reason: 'leaked' });
    expect(status).toBe(200);
    expect((await refresh(app, token)).outcome).toBe('401 invalid_client');
    await enableClient(server.database.db, app.clientId, by());
    expect((await refresh(app, token)).outcome).toBe('400 invalid_grant');
    await others.query('commit');
    expect((await refresh(app, token)).outcome).toBe('400 invalid_grant');
  });

  it('has its rows removed later in batches, and keeps those that it got since it was enabled', async () => {
    const { app, ada, token } = await aConnectedApp();
    const used = Array.from({ length: 2500 }, (_, i) => Buffer.from(`used ${app.clientId} ${i}`));
    await others.query(
      `insert into artifacts (id_hash, model, grant_id, account_id, client_id, payload, created_at, expires_at, consumed_at)
        select hash, 'RefreshToken', token.grant_id, token.account_id, token.client_id, '{}', now(), token.expires_at, now()
        from artifacts token, unnest($2::bytea[]) hash where token.client_id = $1 and token.model = 'RefreshToken'`,
      [app.clientId, used],
    );
    await robot.call('POST', `/apps/${app.clientId}/disable`, { reason: 'leaked' });
    await enableClient(server.database.db, app.clientId, by());
    const fresh = await refreshTokenOf(app, ada);
    expect(await server.app.jobs.cleanUp()).toBeGreaterThan(2500);
    expect(await rowsOf(app)).toEqual(['AuthorizationCode', 'Grant', 'RefreshToken']);
    expect((await refresh(app, token)).outcome).toBe('400 invalid_grant');
    expect((await refresh(app, fresh)).outcome).toBe('200');
    expect(await server.app.jobs.cleanUp()).toBe(0);
  });
});

describe('an app that is deleted and made again under its name', () => {
  it('gets nothing by the tokens of the one before', async () => {
    const { app, token } = await aConnectedApp();
    await robot.call('DELETE', `/apps/${app.clientId}`);
    const again = await aClient(server.database, {
      id: app.clientId,
      type: 'web',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    expect((await refresh(again, token)).outcome).toBe('400 invalid_grant');
    expect((await refresh(again, await refreshTokenOf(again, await aPerson(server.database)))).outcome).toBe('200');
  });
});

describe('a grant that was written while its consent was withdrawn', () => {
  it('is named in the feed when it is removed, for nobody could name it before', async () => {
    const { app, ada } = await aConnectedApp();
    const parties = { accountId: ada.account.id, clientId: app.clientId };
    const { rows } = await others.query<{ grant_id: string }>(
      "select grant_id from artifacts where client_id = $1 and model = 'Grant'",
      [app.clientId],
    );
    const grantId = rows[0]?.grant_id ?? '';
    await others.query(
      "create temporary table kept as select * from artifacts where grant_id = $1 and model = 'Grant'",
      [grantId],
    );
    await withdrawConsent(server.database.db, parties, by());
    await others.query("delete from revocations where kind = 'grant' and value = $1", [grantId]);
    await others.query('insert into artifacts select * from kept');
    await server.app.jobs.cleanUp();
    expect(await rowsOf(app)).toEqual([]);
    const named = await others.query("select reason from revocations where kind = 'grant' and value = $1", [grantId]);
    expect(named.rows).toEqual([{ reason: 'consent withdrawn' }]);
  });
});
