import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { api, aRobot } from '../support/admin-api.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

describe('a request to the admin API', () => {
  it('needs a token, and is told which', async () => {
    const { status, headers, body } = await api(server, undefined).call('GET', '/teams');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="latchkey"/);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'invalid_token', status: 401, request_id: headers.get('x-request-id') });
  });

  it('needs a token for this API, not for another', async () => {
    const robot = await aRobot(server, ['teams:read']);
    const { body } = await requestToken(server, robot, { resource: `${server.issuer}/api/v1` });
    const forged = `${body.access_token.slice(0, -4)}AAAA`;
    expect((await api(server, forged).call('GET', '/teams')).status).toBe(401);
    expect((await api(server, body.access_token).call('GET', '/teams')).status).toBe(200);
  });

  it('needs the scope of the operation', async () => {
    const robot = await aRobot(server, ['teams:read']);
    const { status, headers, body } = await robot.call('POST', '/teams', { name: 'Nobody' });
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toContain('scope="teams:write"');
    expect(body.code).toBe('insufficient_scope');
  });

  it('fails at once when its app is stopped, though the token has minutes to live', async () => {
    const robot = await aRobot(server, ['teams:read']);
    expect((await robot.call('GET', '/teams')).status).toBe(200);
    await disableClient(server.database.db, { clientId: robot.clientId, reason: 'test' }, by());
    expect((await robot.call('GET', '/teams')).status).toBe(401);
  });

  it('takes nothing that the operation does not name', async () => {
    const robot = await aRobot(server, ['teams:write']);
    const { status, body } = await robot.call('POST', '/teams', { name: 'Fine', suspended_at: null });
    expect(status).toBe(400);
    expect(body.detail).toContain('suspended_at');
  });

  it('is done once with an Idempotency-Key, and answered twice', async () => {
    const robot = await aRobot(server, ['teams:write', 'teams:read']);
    const key = { 'idempotency-key': 'key-of-this-test' };
    const [first, second] = await Promise.all([
      robot.call('POST', '/teams', { name: 'Once' }, key),
      robot.call('POST', '/teams', { name: 'Once' }, key),
    ]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(first.headers.get('location')).toBe(`/api/v1/teams/${first.body.id}`);
    const reused = await robot.call('POST', '/teams', { name: 'Another' }, key);
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('with the same key of another caller is another request', async () => {
    const key = { 'idempotency-key': 'key-of-two-callers' };
    const [one, other] = [await aRobot(server, ['teams:write']), await aRobot(server, ['teams:write'])];
    expect((await one.call('POST', '/teams', { name: 'Mine' }, key)).status).toBe(201);
    expect((await other.call('POST', '/teams', { name: 'Theirs' }, key)).status).toBe(201);
  });

  it('can be tried again with the same key when it failed', async () => {
    const robot = await aRobot(server, ['teams:write']);
    const key = { 'idempotency-key': 'key-of-a-failure' };
    await robot.call('POST', '/teams', { name: 'Taken' });
    expect((await robot.call('POST', '/teams', { name: 'taken' }, key)).status).toBe(409);
    expect((await robot.call('POST', '/teams', { name: 'Free' }, key)).status).toBe(201);
  });
});

describe('a robot', () => {
  it('without a team is an admin within its scopes; with a team it acts for that', async () => {
    const admin = await aRobot(server, ['teams:read', 'teams:write']);
    const mine = (await admin.call('POST', '/teams', { name: 'Robots' })).body.id;
    const other = (await admin.call('POST', '/teams', { name: 'Not robots' })).body.id;
    const robot = await aRobot(server, ['teams:read'], mine);
    const listed = (await robot.call('GET', '/teams')).body.data.map(({ id }: { id: string }) => id);
    expect(listed).toEqual([mine]);
    expect((await robot.call('GET', `/teams/${other}`)).body.code).toBe('not_found');
    expect((await robot.call('GET', `/teams/${mine}`)).status).toBe(200);
  });
});
