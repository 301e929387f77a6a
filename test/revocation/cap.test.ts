import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createRevocationCap } from '../../src/revocation/cap.ts';
import { revokeAll } from '../../src/revocation/revoke.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

const MOST = 20;

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
beforeAll(async () => {
  server = await startTestServer({ env: { REVOCATIONS_PER_APP: String(MOST) } });
  api = await anApi(server.database);
});
afterAll(() => server.stop());
const db = () => server.database.db;

type App = Awaited<ReturnType<typeof aClient>>;
const anApp = (type: 'machine' | 'web' = 'machine') =>
  aClient(server.database, { type, subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }] });
const tokenOf = async (app: App) => (await requestToken(server, app, { resource: api.identifier })).body.access_token;
const isActive = async (app: App, token: string) =>
  ((await post(server, '/token/introspection', { token }, app)).body as { active?: boolean }).active;

const entriesOf = async (app: App) => {
  const rows = await db().selectFrom('revocations').select('kind').where('client_id', '=', app.clientId).execute();
  return rows.length;
};
const epochOf = async (app: App) => {
  const found = db().selectFrom('epochs').select('epoch').where('kind', '=', 'client-tokens');
  return (await found.where('value', '=', app.clientId).executeTakeFirst())?.epoch ?? 0;
};
const toldOf = async (app: App) => {
  const told = db().selectFrom('audit_events').select('type').where('type', '=', 'client.tokens_ended');
  return (await told.where('client_id', '=', app.clientId).execute()).length;
};

async function revokeTokens(app: App, count: number) {
  for (let index = 0; index < count; index += 1) {
    await post(server, '/token/revocation', { token: await tokenOf(app) }, app);
  }
}

describe('an app that revokes its tokens one by one', () => {
  it('has them all ended at once when they are too many, and no other app has', async () => {
    const [app, other] = [await anApp(), await anApp()];
    const kept = await tokenOf(app);
    const foreign = await tokenOf(other);
    await revokeTokens(other, 2);
    await revokeTokens(app, MOST);
    expect(await entriesOf(app)).toBe(MOST);
    expect(await isActive(app, kept)).toBe(true);
    await revokeTokens(app, 2);
    expect({ left: await entriesOf(app), epoch: await epochOf(app), told: await toldOf(app) }).toEqual({
      left: 0,
      epoch: 1,
      told: 1,
    });
    expect(await isActive(app, kept)).toBe(false);
    await until(
      'the app has tokens of the next epoch',
      async () => (decodeJwt(await tokenOf(app)).ep as number[])[8] === 1,
    );
    expect(await isActive(app, await tokenOf(app))).toBe(true);
    expect({ left: await entriesOf(other), epoch: await epochOf(other) }).toEqual({ left: 2, epoch: 0 });
    expect(await isActive(other, foreign)).toBe(true);
  });

  it('keeps its grants', async () => {
    const app = await anApp('web');
    const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
    const { tokens } = await signIn(server, app, await aPerson(server.database), { parameters });
    const names = Array.from({ length: MOST + 1 }, (_, index) => `${app.clientId}-${index}`);
    const { clientId } = app;
    await revokeAll(
      db(),
      names.map((value) => ({ kind: 'grant', value, reason: 'test', clientId })),
    );
    await server.app.jobs.cleanUp();
    expect(await entriesOf(app)).toBe(0);
    expect(await isActive(app, tokens.access_token)).toBe(false);
    const form = { grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) };
    const { status, body } = await post(server, '/token', form, app);
    expect(status).toBe(200);
    await until(
      'the server has heard',
      async () => (await server.app.clientCache.find(db(), clientId))?.epochs['client-tokens'] === 1,
    );
    const next = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) };
    expect(await isActive(app, (await post(server, '/token', next, app)).body.access_token)).toBe(true);
  });

  it('is held to its entries by one process when several look at once', async () => {
    const app = await anApp();
    const names = Array.from({ length: MOST + 1 }, (_, index) => `${app.clientId}-${index}`);
    const { clientId } = app;
    await revokeAll(
      db(),
      names.map((value) => ({ kind: 'token', value, reason: 'test', clientId })),
    );
    const caps = [1, 2, 3].map(() => createRevocationCap({ db: db(), most: MOST, clock: () => new Date() }));
    await Promise.all(caps.map((cap) => cap.holdAll()));
    expect({ left: await entriesOf(app), epoch: await epochOf(app), told: await toldOf(app) }).toEqual({
      left: 0,
      epoch: 1,
      told: 1,
    });
  });
});
