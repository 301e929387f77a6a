import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Operation } from '../../src/admin/operation.ts';
import { operations } from '../../src/admin/operations.ts';
import { api } from '../support/admin-api.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aTeam } from '../support/teams.ts';
import { addressOf, CALLS, type Call } from './calls.ts';
import { aCast, CALLERS, type Caller, type Cast, expected } from './cast.ts';
import { aWorld, type World } from './world.ts';

let server: TestServer;
let cast: Cast;
beforeAll(async () => {
  server = await startTestServer();
  cast = await aCast(server);
}, 60_000);
afterAll(() => server.stop());

const NAMED = operations.map((operation) => [operation.id, operation] as const);
const callOf = ({ id }: Operation): Call => {
  const call = CALLS[id];
  if (!call) throw new Error(`no call of ${id}`);
  return call;
};

async function prepare(operation: Operation): Promise<World> {
  const world = await aWorld(server, cast.ids);
  await callOf(operation).before?.(server, world);
  return world;
}

function send(operation: Operation, world: World, token: string | undefined) {
  const call = callOf(operation);
  return api(server, token).call(operation.method, addressOf(operation.path, call, world), call.body?.(world));
}

/** How a caller was received. */
function verdictOf(operation: Operation, { status, body }: { status: number; body: { code?: string } }) {
  if (status === operation.status) return 'in';
  if (status === 403 && body.code === 'forbidden') return 'forbidden';
  return status === 404 && body.code === 'not_found' ? 'hidden' : `${status} ${body.code}`;
}

describe('every operation of the admin API', () => {
  it.each(NAMED)('%s lets in whom it should, and nobody else', async (_id, operation) => {
    const wanted = CALLERS.map((caller) => [caller, expected(operation, callOf(operation), caller)] as const);
    const received: [Caller, string][] = [];
    let world = await prepare(operation);
    for (const [caller, verdict] of wanted) {
      if (caller === 'robot of the team') await cast.enter(world);
      const answer = await send(operation, world, cast.tokens[caller]);
      received.push([caller, verdictOf(operation, answer)]);
      // What a refused caller has not changed is there for the next.
      if (verdict === 'in' && operation.method !== 'GET') world = await prepare(operation);
    }
    expect(received).toEqual(wanted);
  });

  it.each(NAMED)('%s takes a token, and its scope', async (_id, operation) => {
    const world = await prepare(operation);
    const stranger = await send(operation, world, undefined);
    expect([stranger.status, stranger.body.code]).toEqual([401, 'invalid_token']);
    if (operation.id !== 'resumeTeam') await cast.enter(world);
    for (const caller of CALLERS) {
      const { status, headers, body } = await send(operation, world, cast.without(operation.scope, caller));
      expect([caller, status, body.code]).toEqual([caller, 403, 'insufficient_scope']);
      expect(headers.get('www-authenticate')).toContain(`scope="${operation.scope}"`);
    }
  });

  const LISTS = NAMED.filter(([id]) => CALLS[id]?.least === 'anyone' && id !== 'createTeam');
  it.each(LISTS)('%s shows nothing of a team to others', async (_id, operation) => {
    const world = await prepare(operation);
    await cast.enter(world);
    const things = [world.team_id, world.app_id, world.api_id, world.subscription_id];
    const seenBy = async (caller: Caller) => {
      const { body } = await send(operation, world, cast.tokens[caller]);
      return things.filter((id) => JSON.stringify(body).includes(id)).length > 0;
    };
    expect([await seenBy('outsider'), await seenBy('robot of another team')]).toEqual([false, false]);
    expect([await seenBy('viewer'), await seenBy('robot of the team'), await seenBy('auditor')]).toEqual([
      true,
      true,
      true,
    ]);
  });

  const WITH_IDS = NAMED.filter(([id, { path }]) => path.includes('{') && CALLS[id]?.least !== 'platform');
  it.each(WITH_IDS)(
    '%s says the same of an id that was never given out as of one of another team',
    async (_id, operation) => {
      const world = await prepare(operation);
      const unknown = Object.fromEntries(Object.entries(world).map(([name, id]) => [name, `${id}0`])) as World;
      const sayTo = async (those: World) => {
        const { status, body } = await send(operation, those, cast.tokens['robot of another team']);
        return `${status} ${JSON.stringify(body)}`
          .replace(/\b(team|usr|inv|app|api|role|grp|sub|sec)_\w+/g, 'ID')
          .replace(/[\w-]{20,}/g, '');
      };
      expect(await sayTo(unknown)).toEqual(await sayTo(world));
    },
  );

  it('takes nothing of another team into one’s own', async () => {
    const [mine, theirs] = [
      await aWorld(server, cast.ids),
      await aWorld(server, { ...cast.ids, owner: cast.ids.outsider, outsider: cast.ids.owner }),
    ];
    const owner = api(server, cast.tokens.owner);
    const attempts: [string, string, object | undefined][] = [
      ['POST', '/apps', { name: 'x', type: 'machine', team_id: theirs.team_id }],
      ['POST', '/apis', { name: 'x', identifier: 'https://x.example.com', scopes: [], team_id: theirs.team_id }],
      ['PATCH', `/apis/${mine.api_id}`, { team_id: theirs.team_id }],
      [
        'POST',
        '/subscriptions',
        { app_id: mine.app_id, api: theirs.identifier, scopes: ['reports:read'], reason: 'x' },
      ],
      [
        'POST',
        '/subscriptions',
        { app_id: theirs.app_id, api: mine.identifier, scopes: ['reports:read'], reason: 'x' },
      ],
      ['PUT', `/apis/${mine.api_id}/introspectors/${theirs.app_id}`, undefined],
      ['DELETE', `/apps/${mine.app_id}/secrets/${theirs.secret_id}`, undefined],
      ['POST', `/apps/${mine.app_id}/secrets/${theirs.secret_id}/rotate`, { name: 'x', ends: { when: 'now' } }],
      ['DELETE', `/teams/${mine.team_id}/invitations/${theirs.invitation_id}`, undefined],
    ];
    for (const [method, path, body] of attempts) {
      const { status, body: problem } = await owner.call(method, path, body);
      expect([method, path, status, problem?.code]).toEqual([method, path, 404, 'not_found']);
    }
  });
});

describe('the answer to an Idempotency-Key', () => {
  const made = operations.filter(({ idempotent }) => idempotent).map((operation) => [operation.id, operation] as const);

  it.each(made)('%s is not repeated to a caller who has lost the right to make it', async (id, operation) => {
    const world = await prepare(operation);
    const { admin } = cast.ids;
    const call = callOf(operation);
    const body = call.body?.(world);
    const send = () =>
      api(server, cast.tokens.admin).call(operation.method, addressOf(operation.path, call, world), body, {
        'idempotency-key': `rights-first-${id}`,
      });
    const first = await send();
    expect([first.status, (await send()).body]).toEqual([201, first.body]);
    const { db } = server.database;
    const rank = (role: 'admin' | 'auditor' | null) =>
      db.updateTable('accounts').set({ platform_role: role }).where('id', '=', admin).execute();
    try {
      await db.deleteFrom('team_members').where('account_id', '=', admin).execute();
      await rank('auditor');
      const seeing = await send();
      await rank(null);
      const stranger = await send();
      expect([seeing, stranger].map(({ status, body: { code } }) => [status, code])).toEqual([
        [403, 'forbidden'],
        [404, 'not_found'],
      ]);
    } finally {
      await rank('admin');
    }
    expect((await send()).body).toEqual(first.body);
  });

  it('createSecret is not repeated to a developer who is a viewer now, or whose app is in another team or deleted', async () => {
    const operation = operations.find(({ id }) => id === 'createSecret') as Operation;
    const { db } = server.database;
    const role = (role: 'developer' | 'viewer') =>
      db.updateTable('team_members').set({ role }).where('account_id', '=', cast.ids.developer).execute();
    const world = await prepare(operation);
    const call = callOf(operation);
    const wanted = call.body?.(world);
    const send = async () => {
      const key = { 'idempotency-key': 'secret-of-a-developer' };
      const path = addressOf(operation.path, call, world);
      const { status, body } = await api(server, cast.tokens.developer).call('POST', path, wanted, key);
      return [status, body.code ?? body.value.slice(0, 4)];
    };
    expect(await send()).toEqual([201, 'lks_']);
    await role('viewer');
    expect(await send()).toEqual([403, 'forbidden']);
    await role('developer');
    expect(await send()).toEqual([201, 'lks_']);
    const moved = await aTeam(server);
    await db.updateTable('clients').set({ team_id: moved.id }).where('id', '=', world.app_id).execute();
    expect(await send()).toEqual([404, 'not_found']);
    await db.deleteFrom('clients').where('id', '=', world.app_id).execute();
    expect(await send()).toEqual([404, 'not_found']);
  });
});
