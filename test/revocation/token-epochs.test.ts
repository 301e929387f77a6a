import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt } from 'jose';
import { sql } from 'kysely';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { signCompact } from '../../src/keys/signatures/jws.ts';
import { EPOCH_KINDS, type EpochKind } from '../../src/revocation/epochs.ts';
import { toEp } from '../../src/revocation/token-epochs.ts';
import { assignRole } from '../../src/roles/holders.ts';
import { allowIntrospection } from '../../src/subscriptions/introspectors.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';

let direct: TestServer;
let library: TestServer;
beforeAll(async () => {
  direct = await startTestServer();
  library = await startTestServer({ beside: direct, env: { EXPRESS_LANE: 'off' }, issuer: direct.issuer });
});
afterAll(async () => {
  await library.stop();
  await direct.stop();
});
const db = () => direct.database.db;

type App = Awaited<ReturnType<typeof aClient>>;

async function aWorld() {
  const api = await anApiWithRoles(direct.database, { needsRole: ['reports:read'] });
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const [app, machine, reader] = await Promise.all([
    aClient(direct.database, { type: 'web', subscriptions }),
    aClient(direct.database, { type: 'machine', subscriptions }),
    aClient(direct.database, { type: 'machine', subscriptions }),
  ]);
  await allowIntrospection(db(), { apiIdentifier: api.identifier, clientId: reader.clientId }, byOperator());
  const ada = await aPerson(direct.database);
  const role = await aRole(direct.database, api.id, ['reports:read']);
  await assignRole(db(), role.id, { person: ada.email }, byOperator());
  const names = (app: App, subject: string): Record<EpochKind, string> => ({
    client: app.clientId,
    account: subject,
    consent: `${subject} ${app.clientId}`,
    subscription: `${app.clientId} ${api.identifier}`,
    api: api.identifier,
    roles: `${subject} ${api.identifier}`,
    'api-roles': api.identifier,
    'client-tokens': app.clientId,
  });
  return {
    api,
    app,
    machine,
    reader,
    ada,
    ofPerson: names(app, ada.account.id),
    ofApp: names(machine, machine.clientId),
  };
}
type World = Awaited<ReturnType<typeof aWorld>>;

/** As another process raises it, of which this one has not heard. */
async function raise(kind: EpochKind, value: string, epoch = 1) {
  await sql`insert into epochs (kind, value, epoch) values (${kind}, ${value}, ${epoch})
    on conflict (kind, value) do update set epoch = epochs.epoch + ${epoch}`.execute(db());
}

async function forgetApps() {
  for (const server of [direct, library]) server.app.clientCache.watch(server.database.db).invalidate?.();
}

const incarnation = async () => {
  const { rows } = await sql<{ number: number }>`
    select (value ->> 'number')::float8 as number from settings where key = 'incarnation'`.execute(db());
  return rows[0]?.number;
};

const machineToken = async ({ api, machine }: World, server = direct) =>
  (await requestToken(server, machine, { resource: api.identifier })).body.access_token;

async function personalTokens({ api, app, ada }: World) {
  const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
  return (await signIn(direct, app, ada, { parameters })).tokens;
}

async function refresh({ app }: World, token: string | undefined, server: TestServer) {
  const { status, body } = await post(
    server,
    '/token',
    { grant_type: 'refresh_token', refresh_token: token ?? '' },
    app,
  );
  expect(status).toBe(200);
  return body;
}

const isActive = async ({ reader }: World, token: string, server = direct) =>
  ((await post(server, '/token/introspection', { token }, reader)).body as { active?: boolean }).active;

describe('an access token', () => {
  it('bears the epochs that it was decided on, whichever way it takes', async () => {
    const world = await aWorld();
    const inc = await incarnation();
    expect(decodeJwt(await machineToken(world)).ep).toEqual([inc]);
    const raised = { client: 2, subscription: 3, api: 4, 'api-roles': 5, 'client-tokens': 6 } as const;
    for (const [kind, by] of Object.entries(raised)) await raise(kind as EpochKind, world.ofApp[kind as EpochKind], by);
    await forgetApps();
    for (const server of [direct, library]) {
      expect(decodeJwt(await machineToken(world, server)).ep).toEqual([inc, 2, 0, 0, 3, 4, 0, 5, 6]);
    }
    for (const [index, kind] of EPOCH_KINDS.entries()) {
      if (!['api', 'api-roles'].includes(kind)) await raise(kind, world.ofPerson[kind], index + 10);
    }
    await forgetApps();
    const first = await personalTokens(world);
    const second = await refresh(world, first.refresh_token, direct);
    const third = await refresh(world, second.refresh_token, library);
    for (const { access_token } of [first, second, third]) {
      expect(decodeJwt(access_token).ep).toEqual([inc, 10, 11, 12, 13, 4, 15, 5, 17]);
    }
  });

  it('has zeros at its end left out', () => {
    expect(toEp(7, {})).toEqual([7]);
    expect(toEp(0, {})).toEqual([0]);
    expect(toEp(7, { consent: 2 })).toEqual([7, 0, 0, 2]);
    expect(toEp(7, { 'client-tokens': 1 })).toEqual([7, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it.each(EPOCH_KINDS)(
    'is dead with a higher epoch of %s, also when it was issued by who had not heard',
    async (kind) => {
      const world = await aWorld();
      const { access_token: token } = await personalTokens(world);
      expect(await isActive(world, token)).toBe(true);
      await raise(kind, world.ofPerson[kind]);
      for (const server of [direct, library]) expect(await isActive(world, token, server)).toBe(false);
      await db().deleteFrom('epochs').where('kind', '=', kind).where('value', '=', world.ofPerson[kind]).execute();
      expect(await isActive(world, token)).toBe(true);
    },
  );

  it.each(['client', 'subscription', 'api', 'api-roles', 'client-tokens'] as const)(
    'of an app itself that was issued after the epoch of %s rose, by a process that had not heard, is dead',
    async (kind) => {
      const world = await aWorld();
      const { clientCache } = direct.app;
      const known = await clientCache.find(db(), world.machine.clientId);
      const unheard = jest
        .spyOn(clientCache, 'peek')
        .mockImplementation((id) => (id === known?.client.id ? known : undefined));
      await raise(kind, world.ofApp[kind]);
      const late = await machineToken(world);
      unheard.mockRestore();
      expect(await isActive(world, late)).toBe(false);
      await forgetApps();
      expect(await isActive(world, await machineToken(world))).toBe(true);
    },
  );

  it('is good at once after what it comes from was stopped and started', async () => {
    const world = await aWorld();
    const before = await machineToken(world);
    await disableClient(db(), { clientId: world.machine.clientId, reason: 'test' }, byOperator());
    await enableClient(db(), world.machine.clientId, byOperator());
    await forgetApps();
    expect(await isActive(world, before)).toBe(false);
    expect(await isActive(world, await machineToken(world))).toBe(true);
  });

  it('of another life of the database is dead', async () => {
    const world = await aWorld();
    const token = await machineToken(world);
    const draw = (by: number) =>
      sql`update settings set value = jsonb_set(value, '{number}', to_jsonb((value ->> 'number')::int8 + ${by}::int8))
        where key = 'incarnation'`.execute(db());
    await draw(1);
    expect(await isActive(world, token)).toBe(false);
    await draw(-1);
    expect(await isActive(world, token)).toBe(true);
  });
});

describe('an access token without epochs', () => {
  async function earlierToken(world: World, changes: object = {}) {
    const { ep: _none, ...claims } = decodeJwt(await machineToken(world));
    return signCompact(direct.app.keyring, { alg: 'ES256', typ: 'at+jwt' }, { ...claims, ...changes });
  }

  it('is dead by a revocation of its time, and by any epoch that was raised lately', async () => {
    const world = await aWorld();
    const token = await earlierToken(world);
    const late = await earlierToken(world, { iat: Math.floor(Date.now() / 1000) + 100 });
    expect(await isActive(world, token)).toBe(true);
    await raise('client', world.ofApp.client);
    expect(await isActive(world, token)).toBe(false);
    expect(await isActive(world, late)).toBe(false);
    const { clientId } = world.machine;
    await sql`update epochs set forget_at = now() where value = ${clientId}`.execute(db());
    expect(await isActive(world, token)).toBe(true);
    await disableClient(db(), { clientId, reason: 'test' }, byOperator());
    await sql`delete from epochs where value = ${clientId}`.execute(db());
    expect(await isActive(world, token)).toBe(false);
    expect(await isActive(world, late)).toBe(true);
  });

  it.each([['x'], [{}], [[]], [[1.5]], [[1, -1]], [null]])('%j in their place is no token of ours', async (ep) => {
    const world = await aWorld();
    expect(await isActive(world, await earlierToken(world, { ep }))).toBe(false);
  });
});
