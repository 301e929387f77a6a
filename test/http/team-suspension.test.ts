import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resumeTeam, suspendTeam } from '../../src/teams/suspension.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { obtainCode, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aTeam } from '../support/teams.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type App = Awaited<ReturnType<typeof aClient>>;

const belongsTo = async (table: 'clients' | 'apis', id: string, team: string) => {
  await server.database.db.updateTable(table).set({ team_id: team }).where('id', '=', id).execute();
};

const suspend = (teamId: string) => suspendTeam(server.database.db, { teamId, reason: 'unpaid' }, byOperator());
const resume = (teamId: string) => resumeTeam(server.database.db, teamId, byOperator());

/** Asked by an app that is a resource server of the API, and goes on whatever happens to others. */
async function aWatcher(apiId: string) {
  const watcher = await aClient(server.database, { type: 'machine' });
  await server.database.db
    .insertInto('api_introspectors')
    .values({ api_id: apiId, client_id: watcher.clientId })
    .execute();
  return async (token: string) =>
    ((await post(server, '/token/introspection', { token }, watcher)).body as unknown as { active: boolean }).active;
}

const refresh = (app: App, token: string | undefined) =>
  post(server, '/token', { grant_type: 'refresh_token', refresh_token: token ?? '' }, app);

/** A machine and a web app of one team, and an API of nobody. */
async function aSetting() {
  const team = await aTeam(server);
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const machine = await aClient(server.database, { type: 'machine', subscriptions });
  const web = await aClient(server.database, { type: 'web', subscriptions });
  const off = await aClient(server.database, { type: 'machine', subscriptions });
  for (const app of [machine, web, off]) await belongsTo('clients', app.clientId, team.id);
  await server.database.db
    .updateTable('clients')
    .set({ disabled_at: new Date() })
    .where('id', '=', off.clientId)
    .execute();
  return { team, api, machine, web, off, isLive: await aWatcher(api.id) };
}

describe('a suspended team', () => {
  it('has no app that gets a token, and its tokens are refused; resuming brings back just what was', async () => {
    const { team, api, machine, web, off, isLive } = await aSetting();
    const person = await aPerson(server.database);
    const { tokens } = await signIn(server, web, person, {
      parameters: { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier },
    });
    const own = (await requestToken(server, machine)).body.access_token;
    expect([await isLive(own), await isLive(tokens.access_token)]).toEqual([true, true]);

    await suspend(team.id);
    expect((await requestToken(server, machine)).body.error).toBe('invalid_client');
    expect((await refresh(web, tokens.refresh_token)).body.error).toBe('invalid_client');
    expect([await isLive(own), await isLive(tokens.access_token)]).toEqual([false, false]);

    await resume(team.id);
    expect((await requestToken(server, machine)).status).toBe(200);
    expect((await refresh(web, tokens.refresh_token)).status).toBe(200);
    expect((await requestToken(server, off)).body.error).toBe('invalid_client');
    expect([await isLive(own), await isLive(tokens.access_token)]).toEqual([false, false]);
  });

  it('has no API that anyone gets a token for, and those that are out are refused', async () => {
    const { team, api, isLive } = await aSetting();
    const other = await anApi(server.database);
    const scopes = ['reports:read'];
    const stranger = await aClient(server.database, {
      type: 'machine',
      subscriptions: [
        { api: api.identifier, scopes },
        { api: other.identifier, scopes },
      ],
    });
    await belongsTo('apis', api.id, team.id);
    const token = (await requestToken(server, stranger, { resource: api.identifier })).body.access_token;
    expect(await isLive(token)).toBe(true);

    await suspend(team.id);
    expect((await requestToken(server, stranger, { resource: api.identifier })).body.error).toBe('invalid_target');
    expect((await requestToken(server, stranger, { resource: other.identifier })).status).toBe(200);
    expect(await isLive(token)).toBe(false);

    await resume(team.id);
    expect((await requestToken(server, stranger, { resource: api.identifier })).status).toBe(200);
  });

  it('ends codes and opaque access tokens for good without touching their rows', async () => {
    const { team, web } = await aSetting();
    const person = await aPerson(server.database);
    const signInAgain = () => signIn(server, web, person, { parameters: { scope: 'openid', prompt: 'consent' } });
    const ask = async (token: string) =>
      (await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    const code = await obtainCode(server, web, person, { scope: 'openid' });
    const { tokens } = await signInAgain();
    expect(await ask(tokens.access_token)).toBe(200);
    const { db } = server.database;
    const rows = () =>
      db
        .selectFrom('artifacts')
        .selectAll()
        .where('client_id', '=', web.clientId)
        .where('model', 'in', ['AuthorizationCode', 'AccessToken'])
        .orderBy('id_hash')
        .execute();
    const before = await rows();
    await suspend(team.id);
    await resume(team.id);
    expect(await rows()).toEqual(before);
    expect(await ask(tokens.access_token)).toBe(401);
    const redeemed = await post(server, '/token', code.form, web);
    expect(`${redeemed.status} ${redeemed.body.error}`).toBe('400 invalid_grant');
    await until('the server has heard', async () => {
      const entry = await server.app.clientCache.find(db, web.clientId);
      return entry?.epochs['client-tokens'] === 1;
    });
    expect(await ask((await signInAgain()).tokens.access_token)).toBe(200);
  });

  it('leaves other teams alone', async () => {
    const [one, two] = [await aSetting(), await aSetting()];
    const token = (await requestToken(server, two.machine)).body.access_token;
    await suspend(one.team.id);
    expect((await requestToken(server, two.machine)).status).toBe(200);
    expect(await two.isLive(token)).toBe(true);
  });
});
