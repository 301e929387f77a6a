import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../../src/db/changes.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const adminApi = () => `${server.issuer}/api/v1`;
const reason = 'to look after apps';

/** The id of the request, or of the subscription, that an app has of the admin API. */
async function subscriptionOf({ clientId }: { clientId: string }): Promise<string> {
  const row = await server.database.db
    .selectFrom('subscriptions')
    .select('id')
    .where('client_id', '=', clientId)
    .executeTakeFirstOrThrow();
  return row.id;
}

describe('a token that may decide on subscriptions', () => {
  const SCOPES = ['subscriptions:read', 'subscriptions:write'];

  it('does not give itself, or another app, more of the admin API than it has', async () => {
    const robot = await aRobot(server, SCOPES);
    const other = await aClient(server.database, { type: 'machine' });
    for (const app of [robot, other]) {
      const wanted = { app_id: app.clientId, api: adminApi(), scopes: ['users:write'], reason };
      await robot.call('POST', '/subscriptions', wanted);
      const id = await subscriptionOf(app);
      const { status, body } = await robot.call('POST', `/subscriptions/${id}/approve`, {});
      expect([status, body.code]).toEqual([403, 'forbidden']);
    }
    const { body } = await requestToken(server, robot, { resource: adminApi() });
    expect(body.scope).not.toContain('users:write');
  });

  it('gives what it has itself', async () => {
    const robot = await aRobot(server, SCOPES);
    const other = await aClient(server.database, { type: 'machine' });
    await robot.call('POST', '/subscriptions', { app_id: other.clientId, api: adminApi(), scopes: SCOPES, reason });
    const id = await subscriptionOf(other);
    const { status, body } = await robot.call('POST', `/subscriptions/${id}/approve`, {});
    expect([status, body.state, body.scopes]).toEqual([200, 'active', SCOPES]);
    expect((await requestToken(server, other, { resource: adminApi() })).status).toBe(200);
  });

  it('does not bring back what it could not give', async () => {
    const robot = await aRobot(server, SCOPES);
    const mighty = await aRobot(server, ['users:write']);
    const id = await subscriptionOf(mighty);
    expect((await robot.call('POST', `/subscriptions/${id}/suspend`, { reason })).status).toBe(200);
    expect((await robot.call('POST', `/subscriptions/${id}/resume`)).status).toBe(403);
  });
});

describe('a token that may change apps', () => {
  const SCOPES = ['apps:read', 'apps:write'];

  it('gets no credentials of an app that may do more in the admin API', async () => {
    const robot = await aRobot(server, SCOPES);
    const mighty = await aRobot(server, ['users:write']);
    const path = `/apps/${mighty.clientId}`;
    const { body: secrets } = await robot.call('GET', `${path}/secrets`);
    const rotation = { name: 'mine', ends: { when: 'first_use' } };
    for (const [method, target, body] of [
      ['POST', `${path}/secrets`, { name: 'mine' }],
      ['POST', `${path}/secrets/${secrets.data[0].id}/rotate`, rotation],
      ['PATCH', path, { auth_method: 'private_key_jwt', jwks_uri: 'https://evil.example.com/jwks.json' }],
    ] as const) {
      const answer = await robot.call(method, target, body);
      expect([method, target, answer.status, answer.body.code]).toEqual([method, target, 403, 'forbidden']);
    }
    expect((await robot.call('POST', `${path}/disable`, { reason })).status).toBe(200);
  });

  it('looks after its own app, and after those that may do no more', async () => {
    const robot = await aRobot(server, [...SCOPES, 'teams:read']);
    const narrow = await aRobot(server, SCOPES);
    expect((await robot.call('POST', `/apps/${robot.clientId}/secrets`, { name: 'next' })).status).toBe(201);
    expect((await narrow.call('POST', `/apps/${narrow.clientId}/secrets`, { name: 'next' })).status).toBe(201);
    expect((await robot.call('POST', `/apps/${narrow.clientId}/secrets`, { name: 'next' })).status).toBe(201);
    expect((await narrow.call('POST', `/apps/${robot.clientId}/secrets`, { name: 'next' })).status).toBe(403);
  });
});

describe('a robot of a team', () => {
  it('registers an app, asks for an API, and ends both, within the team', async () => {
    const admin = await aRobot(server, ['teams:write']);
    const team = (await admin.call('POST', '/teams', { name: 'A team with a robot' })).body.id;
    const robot = await aRobot(server, ['apps:read', 'apps:write', 'subscriptions:write', 'subscriptions:read'], team);
    const { body: app } = await robot.call('POST', '/apps', { name: 'Nightly', type: 'machine', team_id: team });
    expect(app.secret.value).toMatch(/^lks_/);
    const asked = await robot.call('POST', '/subscriptions', {
      app_id: app.id,
      api: adminApi(),
      scopes: ['apps:read'],
      reason,
    });
    expect([asked.status, asked.body.state, asked.body.request.scopes]).toEqual([201, 'pending', ['apps:read']]);
    const approved = await robot.call('POST', `/subscriptions/${asked.body.id}/approve`, {});
    expect([approved.status, approved.body.code]).toEqual([403, 'forbidden']);
    expect((await robot.call('POST', '/apps', { name: 'Nobody’s', type: 'machine' })).status).toBe(404);
    expect((await robot.call('DELETE', `/apps/${app.id}`)).status).toBe(204);
  });

  it('has no say any more when the team is suspended', async () => {
    const admin = await aRobot(server, ['teams:read', 'teams:write']);
    const team = (await admin.call('POST', '/teams', { name: 'A team that stops' })).body.id;
    const robot = await aRobot(server, ['teams:read'], team);
    await inTransaction(server.database.db, (trx) => announceVersioned(trx, CLIENT_CACHE_TOPIC, new Date()));
    expect((await robot.call('GET', `/teams/${team}`)).status).toBe(200);
    expect((await admin.call('POST', `/teams/${team}/suspend`, { reason })).status).toBe(200);
    expect((await robot.call('GET', `/teams/${team}`)).status).toBe(401);
  });
});
