import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableAccount } from '../../src/accounts/lifecycle.ts';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { ADMIN_SCOPES } from '../../src/teams/token-scopes.ts';
import { aConsole, api, aRobot, tokenOfPerson } from '../support/admin-api.ts';
import { aDpopKey, hashOfToken, proofOf } from '../support/dpop.ts';
import { aPerson } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';
import { post, requestToken } from '../support/tokens.ts';

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

  it('counts as new with an Idempotency-Key of more than a day ago, also before the clean-up has run', async () => {
    const robot = await aRobot(server, ['teams:write', 'teams:read']);
    const key = { 'idempotency-key': 'key-of-yesterday' };
    expect((await robot.call('POST', '/teams', { name: 'Yesterday' }, key)).status).toBe(201);
    await server.database.db.updateTable('idempotency_keys').set({ expires_at: new Date() }).execute();
    const today = await robot.call('POST', '/teams', { name: 'Today' }, key);
    expect([today.status, today.body.name, today.headers.get('idempotency-replayed')]).toEqual([201, 'Today', null]);
    const again = await robot.call('POST', '/teams', { name: 'Today' }, key);
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      today.body.id,
      'true',
    ]);
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

describe('what is refused', () => {
  it.each([
    ['GET', '/nothing', 404, 'not_found'],
    ['GET', '', 404, 'not_found'],
    ['PUT', '/apps', 405, 'method_not_allowed'],
    ['POST', '/apps/app_1/secrets/sec_1', 405, 'method_not_allowed'],
  ] as const)('%s %s is a problem too', async (method, path, status, code) => {
    const answer = await api(server, undefined).call(method, path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    if (status === 405) expect(answer.headers.get('allow')).toBe(path === '/apps' ? 'GET, POST' : 'DELETE');
  });

  it.each([
    ['is not JSON', '{"name":', 400, 'invalid_request'],
    ['has NUL in a text', '{"name":"a\\u0000b"}', 400, 'malformed_encoding'],
    ['has half a character', '{"name":"\\ud800"}', 400, 'malformed_encoding'],
    ['is nothing but brackets', '['.repeat(20_000) + ']'.repeat(20_000), 400, 'invalid_request'],
    ['is too large', JSON.stringify({ name: 'x'.repeat(60 * 1024) }), 413, 'payload_too_large'],
  ])('a body that %s', async (_what, body, status, code) => {
    const robot = await aRobot(server, ['teams:write']);
    for (const [method, path] of [
      ['POST', '/teams'],
      ['PATCH', '/teams/team_1'],
    ] as const) {
      const response = await fetch(`${server.issuer}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${robot.token}`, 'content-type': 'application/json' },
        body,
      });
      const problem = (await response.json()) as { code: string };
      expect([method, response.status, problem.code]).toEqual([method, status, code]);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it.each([
    '/teams?limit=0',
    '/teams?limit=101',
    '/teams?limit=ten',
    '/teams?cursor=made-up',
    '/teams?serach=x',
    '/teams?search=a&search=b',
    '/audit-events?cursor=abc',
    '/audit-events?cursor=99999999999999999999',
  ])('the query of %s', async (path) => {
    const robot = await aRobot(server, ['teams:read', 'audit:read']);
    const { status, body } = await robot.call('GET', path);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });

  it('names the members that are wrong, as JSON has them', async () => {
    const robot = await aRobot(server, ['apps:write', 'apps:read']);
    const app = { name: '', type: 'web', redirect_uris: ['http://example.com/'], refresh_retry_seconds: 61 };
    const first = await robot.call('POST', '/apps', app);
    expect(first.body.errors.map(({ field }: { field: string }) => field)).toEqual(['name', 'refresh_retry_seconds']);
    const second = await robot.call('POST', '/apps', { ...app, name: 'x', refresh_retry_seconds: 0 });
    expect(second.body.errors).toEqual([
      { field: 'redirect_uris.0', message: expect.stringContaining('must use https') },
    ]);
  });

  it('says so before it looks at the body', async () => {
    const { status } = await api(server, 'not-a-token').call('POST', '/teams', 'x'.repeat(100));
    expect(status).toBe(401);
  });
});

describe('a list', () => {
  it('comes in parts, each of which leads to the next', async () => {
    const robot = await aRobot(server, ['teams:read', 'teams:write']);
    const made: string[] = [];
    for (const number of [1, 2, 3, 4, 5]) {
      made.unshift((await robot.call('POST', '/teams', { name: `Paged ${number}` })).body.id);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await robot.call('GET', `/teams?limit=2&search=paged${cursor}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next ? `&cursor=${encodeURIComponent(body.next)}` : '';
    } while (cursor);
    expect(seen).toEqual(made);
  });

  it('takes as many statements for a hundred as for one', async () => {
    const robot = await aRobot(server, Object.keys(ADMIN_SCOPES));
    const lists = [
      '/apps',
      '/apis',
      '/subscriptions',
      '/subscription-requests',
      '/teams',
      '/users',
      '/groups',
      '/audit-events',
    ];
    const statements = async (path: string) =>
      (await statementsDuring(() => robot.call('GET', `${path}?limit=100`))).length;
    // The robot is new: for a moment the server reads it, its API and the keys anew.
    await until('what followed the new robot is over', async () => (await statements('/teams')) === 2);
    for (const path of lists) {
      // At times the app of the token is read anew beside it; a statement for each row would be there every time.
      const counts: number[] = [];
      while (counts.length < 10) counts.push(await statements(path));
      expect([path, Math.min(...counts)]).toEqual([path, 2]);
    }
  });
});

describe('the audit trail', () => {
  it('is read newest first, by app, person and type', async () => {
    const robot = await aRobot(server, ['audit:read', 'apps:write', 'apps:read', 'users:read', 'users:write']);
    const { body: app } = await robot.call('POST', '/apps', { name: 'Watched', type: 'machine' });
    await robot.call('POST', `/apps/${app.id}/disable`, { reason: 'leaked' });
    const { body } = await robot.call('GET', `/audit-events?app=${app.id}`);
    expect(body.data.map(({ type }: { type: string }) => type)).toEqual([
      'client.disabled',
      'client.secret_added',
      'client.created',
    ]);
    expect(body.data[0]).toMatchObject({
      actor: { type: 'client', id: robot.clientId },
      app_id: app.id,
      detail: { client_id: app.id, reason: 'leaked' },
    });
    const second = await robot.call('GET', `/audit-events?app=${app.id}&limit=1&cursor=${body.data[0].id}`);
    expect(second.body.data.map(({ id }: { id: number }) => id)).toEqual([body.data[1].id]);
    const ofType = await robot.call('GET', `/audit-events?type=client.disabled&app=${app.id}`);
    expect(ofType.body.data).toHaveLength(1);
    const person = { email: 'watched@example.com', name: 'Watched', password: 'correct horse battery staple' };
    const { body: user } = await robot.call('POST', '/users', person);
    const aboutPerson = await robot.call('GET', `/audit-events?account=${user.id}`);
    expect(aboutPerson.body.data.map(({ type }: { type: string }) => type)).toEqual(['account.created']);
    expect(JSON.stringify([body, aboutPerson.body])).not.toContain(app.secret.value);
  });
});

describe('a token', () => {
  it('that is bound to a key works with a proof of that key, and without one does not', async () => {
    const robot = await aRobot(server, ['teams:read']);
    const key = await aDpopKey();
    const form = { grant_type: 'client_credentials', resource: `${server.issuer}/api/v1` };
    const proof = { dpop: await proofOf(key, { method: 'POST', url: `${server.issuer}/token` }) };
    const { body } = await post(server, '/token', form, robot, proof);
    expect(body.token_type).toBe('DPoP');
    const url = `${server.issuer}/api/v1/teams`;
    const call = async (authorization: string, ath: string | undefined) => {
      const dpop = ath ? { dpop: await proofOf(key, { method: 'GET', url }, { claims: { ath } }) } : {};
      return (await fetch(url, { headers: { authorization, ...dpop } })).status;
    };
    const ath = hashOfToken(body.access_token);
    expect(await call(`DPoP ${body.access_token}`, ath)).toBe(200);
    expect(await call(`DPoP ${body.access_token}`, undefined)).toBe(401);
    expect(await call(`Bearer ${body.access_token}`, undefined)).toBe(401);
    expect(await call(`DPoP ${body.access_token}`, hashOfToken('another'))).toBe(401);
  });

  it('ends with the next request when it is revoked', async () => {
    const robot = await aRobot(server, ['teams:read']);
    expect((await robot.call('GET', '/teams')).status).toBe(200);
    await post(server, '/token/revocation', { token: robot.token ?? '' }, robot);
    expect((await robot.call('GET', '/teams')).status).toBe(401);
  });

  it('of a person ends when they are disabled', async () => {
    const console = await aConsole(server, ['teams:read']);
    const someone = await aPerson(server.database);
    const token = await tokenOfPerson(server, console, someone, { scopes: ['teams:read'] });
    expect((await api(server, token).call('GET', '/teams')).status).toBe(200);
    await disableAccount(server.database.db, { accountId: someone.account.id, reason: 'gone' }, by());
    expect((await api(server, token).call('GET', '/teams')).status).toBe(401);
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
