import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Operation } from '../../src/admin/operation.ts';
import { operations } from '../../src/admin/operations.ts';
import { ADMIN_SCOPES } from '../../src/teams/token-scopes.ts';
import { aRobot } from '../support/admin-api.ts';
import { aPerson } from '../support/factories.ts';
import { type Document, readDocument, validatorOf } from '../support/openapi.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { addressOf, CALLS, type Call } from './calls.ts';
import { aWorld, type PeopleIds, type World } from './world.ts';

let server: TestServer;
let document: Document;
let validate: ReturnType<typeof validatorOf>;
let robot: Awaited<ReturnType<typeof aRobot>>;
let people: PeopleIds;
beforeAll(async () => {
  server = await startTestServer();
  document = await readDocument(server);
  validate = validatorOf(document);
  robot = await aRobot(server, Object.keys(ADMIN_SCOPES));
  const id = async () => (await aPerson(server.database)).account.id;
  people = {
    outsider: await id(),
    viewer: await id(),
    developer: await id(),
    owner: await id(),
    auditor: await id(),
    admin: await id(),
  };
});
afterAll(() => server.stop());

const callOf = ({ id }: Operation): Call => CALLS[id] ?? { least: 'platform' };
const NAMED = operations.map((operation) => [operation.id, operation] as const);

async function prepare(operation: Operation): Promise<World> {
  const world = await aWorld(server, people);
  await callOf(operation).before?.(server, world);
  return world;
}

function send(operation: Operation, world: World, headers: Record<string, string> = {}, body?: unknown) {
  const call = callOf(operation);
  const sent = body ?? call.body?.(world);
  return robot.call(operation.method, addressOf(operation.path, call, world), sent, headers);
}

/** What is wrong with an answer, by the document. */
function judge(operation: Operation, answer: { status: number; body: unknown }): string[] {
  const described = document.paths[operation.path]?.[operation.method.toLowerCase()];
  const name = answer.status === operation.status ? String(answer.status) : 'default';
  const [content] = Object.entries(described?.responses[name]?.content ?? {});
  if (name === 'default') return validate('#/components/schemas/Problem', answer.body);
  if (!content) return answer.body === undefined ? [] : ['there is a body'];
  return validate(content[1].schema.$ref ?? '', answer.body);
}

describe('every operation', () => {
  it('has a call in the table', () => {
    expect(Object.keys(CALLS).sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  it.each(NAMED)('%s answers what the document says', async (_id, operation) => {
    const answer = await send(operation, await prepare(operation));
    expect([answer.status, answer.body]).toEqual([operation.status, answer.body]);
    expect(judge(operation, answer)).toEqual([]);
    expect(JSON.stringify(answer.body) ?? '').not.toMatch(/hash|argon2|\$2[aby]\$|"\w*password\w*":/i);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    if (operation.result) expect(answer.headers.get('content-type')).toContain('application/json');
  });
});

const CHANGING = NAMED.filter(([, { body }]) => body);

describe('every operation that takes a body', () => {
  it.each(CHANGING)('%s refuses what it does not name', async (_id, operation) => {
    const world = await prepare(operation);
    const good = callOf(operation).body?.(world) as object;
    for (const more of MORE) {
      if (Object.keys(more).some((name) => name in good)) continue;
      const answer = await send(operation, world, {}, { ...good, ...more });
      expect([more, answer.status, answer.body.code]).toEqual([more, 400, 'invalid_request']);
      expect(judge(operation, answer)).toEqual([]);
    }
  });

  it.each(CHANGING)('%s refuses what is no object, and what is no JSON', async (_id, operation) => {
    const world = await prepare(operation);
    for (const body of [[], 'text', 7]) {
      expect((await send(operation, world, {}, body)).status).toBe(400);
    }
    const wrongType = await send(operation, world, { 'content-type': 'text/plain' });
    expect([wrongType.status, wrongType.body.code]).toEqual([400, 'invalid_request']);
  });
});

/** What nobody may set by sending it. */
const MORE = [
  { id: 'app_of_my_own' },
  { firstParty: true },
  { subscriptions: [] },
  { version: 1 },
  { created_at: '2020-01-01T00:00:00Z' },
  { disabled_at: null },
  { is_admin: true },
  { constructor: {} },
  JSON.parse('{"__proto__":{"admin":true}}') as object,
];

const CONDITIONAL = NAMED.filter(([, { conditional }]) => conditional);

describe('every operation with a version', () => {
  it.each(CONDITIONAL)('%s is refused for another version than the one that is there', async (_id, operation) => {
    const world = await prepare(operation);
    const stale = await send(operation, world, { 'if-match': '"77"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    expect((await send(operation, world)).status).toBe(operation.status);
  });

  it('refuses If-Match where nothing has a version, rather than overlook it', async () => {
    const world = await aWorld(server, people);
    const path = `/teams/${world.team_id}/members/${world.account_id}/role`;
    const { status, body } = await robot.call('PUT', path, { role: 'viewer' }, { 'if-match': '"1"' });
    expect([status, body.code]).toEqual([412, 'precondition_failed']);
    expect((await robot.call('GET', `/teams/${world.team_id}`, undefined, { 'if-match': '"7"' })).status).toBe(200);
  });

  it('covers every operation that overwrites one thing', () => {
    const WITHOUT = [
      // Members, holders and secrets have no version; nothing of them is overwritten.
      ...['revokeSecret', 'removeIntrospector', 'takeRoleFromAccount', 'takeRoleFromGroup', 'removeMember'],
      ...['withdrawTeamInvitation', 'withdrawInvitation', 'removeGroupMember', 'addIntrospector', 'giveRoleToAccount'],
      ...['giveRoleToGroup', 'addGroupMember', 'changeMemberRole', 'endSessions'],
      ...['changeSignUp', 'makeResetLink', 'requireNewPassword', 'endSession'],
    ];
    const changing = operations.filter(({ method, status }) => method !== 'GET' && status !== 201);
    expect(new Set(changing.filter(({ conditional }) => !conditional).map(({ id }) => id))).toEqual(new Set(WITHOUT));
  });
});

const IDEMPOTENT = NAMED.filter(([, { idempotent }]) => idempotent);

describe('every operation that makes something', () => {
  it('takes an Idempotency-Key', () => {
    expect(operations.filter(({ status }) => status === 201).every(({ idempotent }) => idempotent)).toBe(true);
  });

  it.each(IDEMPOTENT)('%s makes it once for one key', async (id, operation) => {
    const world = await prepare(operation);
    const body = callOf(operation).body?.(world);
    const key = { 'idempotency-key': `once-${id}` };
    const [first, second] = [await send(operation, world, key, body), await send(operation, world, key, body)];
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    expect([first.headers.get('etag'), first.headers.get('location')]).toEqual([
      second.headers.get('etag'),
      second.headers.get('location'),
    ]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it.each(IDEMPOTENT)('%s says where it is, and what is there is the same', async (_id, operation) => {
    const made = await send(operation, await prepare(operation));
    const location = made.headers.get('location');
    if (location === null) {
      expect(['createSecret', 'rotateSecret', 'inviteIntoTeam', 'inviteUser']).toContain(operation.id);
      return;
    }
    const { secret, ...body } = made.body;
    const there = await robot.call('GET', location.replace('/api/v1', ''));
    expect([there.status, there.body]).toEqual([200, body]);
    expect(there.headers.get('etag')).toBe(made.headers.get('etag'));
  });
});
