import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mailContext } from '../../src/keys/sealing/contexts.ts';
import { unseal } from '../../src/keys/sealing/seal.ts';
import { ADMIN_SCOPES } from '../../src/teams/token-scopes.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson, PASSWORD } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let server: TestServer;
let robot: Awaited<ReturnType<typeof aRobot>>;
beforeAll(async () => {
  server = await startTestServer();
  robot = await aRobot(server, Object.keys(ADMIN_SCOPES));
});
afterAll(() => server.stop());

/** An app that may use an API. */
async function aPair() {
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const app = await aClient(server.database, { type: 'machine', subscriptions });
  const ask = () => requestToken(server, app, { resource: api.identifier });
  return { api, app, ask };
}

it('an introspector is told of the tokens of an API while it is one', async () => {
  const { api, ask } = await aPair();
  const { access_token: token } = (await ask()).body;
  const resourceServer = await aClient(server.database, { type: 'machine' });
  const isTold = async () => {
    const { body } = await post(server, '/token/introspection', { token }, resourceServer);
    return (body as unknown as { active: boolean }).active;
  };
  const path = `/apis/${api.id}/introspectors`;
  expect(await isTold()).toBe(false);
  expect((await robot.call('PUT', `${path}/${resourceServer.clientId}`)).status).toBe(204);
  expect((await robot.call('PUT', `${path}/${resourceServer.clientId}`)).status).toBe(204);
  expect((await robot.call('GET', path)).body.data).toEqual([
    { id: resourceServer.clientId, name: resourceServer.client.name },
  ]);
  expect(await isTold()).toBe(true);
  expect((await robot.call('DELETE', `${path}/${resourceServer.clientId}`)).status).toBe(204);
  expect(await isTold()).toBe(false);
  expect((await robot.call('DELETE', `${path}/${resourceServer.clientId}`)).status).toBe(404);
  const { body: trail } = await robot.call('GET', `/audit-events?app=${resourceServer.clientId}`);
  const types = trail.data.map(({ type }: { type: string }) => type);
  expect(types.filter((type: string) => type.startsWith('api.'))).toEqual([
    'api.introspector_removed',
    'api.introspector_added',
  ]);
});

it.each([
  [
    'an app',
    [401, 'invalid_client'],
    ({ app }: Pair) => `/apps/${app.clientId}/disable`,
    ({ app }: Pair) => `/apps/${app.clientId}/enable`,
  ],
  [
    'an API',
    [400, 'invalid_target'],
    ({ api }: Pair) => `/apis/${api.id}/suspend`,
    ({ api }: Pair) => `/apis/${api.id}/resume`,
  ],
])('%s that is stopped gets, or is good for, no token until it goes on', async (_what, refusal, stop, goOn) => {
  const pair = await aPair();
  expect((await pair.ask()).status).toBe(200);
  const stopped = await robot.call('POST', stop(pair), { reason: 'a trial' });
  expect(stopped.status).toBe(200);
  expect(Object.values(stopped.body)).toContain('a trial');
  const refused = await pair.ask();
  expect([refused.status, refused.body.error]).toEqual(refusal);
  const version = stopped.headers.get('etag') ?? '';
  expect((await robot.call('POST', goOn(pair), undefined, { 'if-match': version })).status).toBe(200);
  expect((await pair.ask()).status).toBe(200);
});

/** What waits to be sent to an address. */
async function mailTo(address: string): Promise<string> {
  const { database, secrets } = server;
  const { id, sealed_text: sealed } = await database.db
    .selectFrom('mail_outbox')
    .select(['id', 'sealed_text'])
    .where('recipient', '=', address)
    .executeTakeFirstOrThrow();
  return unseal(secrets.masterKeys, mailContext(id), sealed).toString();
}

type Pair = Awaited<ReturnType<typeof aPair>>;

it('a rotation without `ends` keeps the old secret for a day', async () => {
  const { app, api } = await aPair();
  const { body: listed } = await robot.call('GET', `/apps/${app.clientId}/secrets`);
  const path = `/apps/${app.clientId}/secrets/${listed.data[0].id}/rotate`;
  const { status, body: next } = await robot.call('POST', path, { name: 'next' });
  expect(status).toBe(201);
  const fresh = { clientId: app.clientId, clientSecret: next.value };
  for (const credentials of [fresh, app, fresh, app]) {
    expect((await requestToken(server, credentials, { resource: api.identifier })).status).toBe(200);
  }
  const { body: after } = await robot.call('GET', `/apps/${app.clientId}/secrets`);
  const left = Date.parse(after.data[0].expires_at) - Date.now();
  expect(left).toBeGreaterThan(86_300_000);
  expect(left).toBeLessThanOrEqual(86_400_000);
  const long = { name: 'long', ends: { when: 'after', seconds: 31_536_001 } };
  expect((await robot.call('POST', path, long)).status).toBe(400);
  const short = { name: 'short', ends: { when: 'after', seconds: 60 } };
  expect((await robot.call('POST', path, short)).status).toBe(201);
  const { body: shorter } = await robot.call('GET', `/apps/${app.clientId}/secrets`);
  expect(Date.parse(shorter.data[0].expires_at) - Date.now()).toBeLessThanOrEqual(60_000);
});

it('a secret that is rotated works beside the old one until it is first used', async () => {
  const { app, api } = await aPair();
  const { body: listed } = await robot.call('GET', `/apps/${app.clientId}/secrets`);
  const rotation = { name: 'next', ends: { when: 'first_use' } };
  const { body: next } = await robot.call(
    'POST',
    `/apps/${app.clientId}/secrets/${listed.data[0].id}/rotate`,
    rotation,
  );
  expect((await requestToken(server, app, { resource: api.identifier })).status).toBe(200);
  const { body: after } = await robot.call('GET', `/apps/${app.clientId}/secrets`);
  expect(after.data.map(({ successor_id: successor }: { successor_id: string }) => successor)).toEqual([next.id, null]);
  expect(JSON.stringify(after)).not.toContain(next.value);
  const fresh = { clientId: app.clientId, clientSecret: next.value };
  expect((await requestToken(server, fresh, { resource: api.identifier })).status).toBe(200);
  expect((await requestToken(server, app, { resource: api.identifier })).status).toBe(401);
});

it('a person who is registered can sign in, and is signed out when disabled', async () => {
  const email = 'registered@example.com';
  const { body: user } = await robot.call('POST', '/users', { email, name: 'Grace', password: PASSWORD });
  expect(Object.keys(user)).not.toContain('password');
  const visitor = await aVisitor(server, { email, password: PASSWORD });
  expect((await visitor.visit('/teams')).response.status).toBe(200);
  expect((await robot.call('POST', `/users/${user.id}/disable`, { reason: 'left' })).body.disabled_at).not.toBeNull();
  expect((await robot.call('POST', '/users', { email, name: 'Again', password: PASSWORD })).status).toBe(409);
  expect((await visitor.visit('/teams')).text).toContain('name="password"');
  const weak = await robot.call('POST', '/users', { email: 'weak@example.com', name: 'Weak', password: 'short' });
  expect([weak.status, weak.body.errors[0].field]).toEqual([400, 'password']);
});

it('the code of an invitation goes by mail alone', async () => {
  const { body: team } = await robot.call('POST', '/teams', { name: 'Inviting' });
  const invited = await robot.call('POST', `/teams/${team.id}/invitations`, {
    email: 'invited@example.com',
    role: 'developer',
  });
  expect(JSON.stringify(invited.body)).not.toContain('lki_');
  expect(await mailTo('invited@example.com')).toMatch(/lki_[\w-]{43}/);
  const { body: person } = await robot.call('POST', '/invitations', { email: 'alone@example.com' });
  const elsewhere = await robot.call('DELETE', `/teams/${team.id}/invitations/${person.id}`);
  expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'not_found']);
  expect((await robot.call('DELETE', `/invitations/${invited.body.id}`)).status).toBe(404);
  expect((await robot.call('DELETE', `/invitations/${person.id}`)).status).toBe(204);
});

it('the last administrator stays one', async () => {
  const person = await aPerson(server.database);
  const path = `/users/${person.account.id}/platform-role`;
  const { body } = await robot.call('PUT', path, { platform_role: 'admin' });
  expect(body.platform_role).toBe('admin');
  expect((await robot.call('PUT', path, { platform_role: null })).status).toBe(409);
});
