import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { aRobot } from '../support/admin-api.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { aGroup } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';
import { aCount } from '../support/usage.ts';

const SCOPES = ['apps:read', 'apis:read', 'subscriptions:read', 'teams:read', 'users:read'];
let server: TestServer;
let robot: Awaited<ReturnType<typeof aRobot>>;
beforeAll(async () => {
  server = await startTestServer();
  robot = await aRobot(server, SCOPES);
});
afterAll(() => server.stop());

interface Row {
  readonly name: string;
  readonly email: string;
  readonly last_used_at: string | null;
  readonly last_sign_in_at: string | null;
  readonly subscribers: number | null;
  readonly app: { readonly name: string };
}

const db = () => server.database.db;
const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

async function list(path: string): Promise<Row[]> {
  const { status, body } = await robot.call('GET', path);
  expect([path, status]).toEqual([path, 200]);
  return (body as { data: Row[] }).data;
}
const names = async (path: string) => (await list(path)).map(({ name }) => name);

const HOUR = 3_600_000;
const hourAgo = (hours: number) => new Date(Math.floor(Date.now() / HOUR) * HOUR - hours * HOUR).toISOString();

describe('lists of the admin API', () => {
  it('sort apps by name and by last use, and say when that was', async () => {
    const { id: team } = await aTeam(server);
    const [b, a] = [
      await aClient(server.database, { type: 'machine', team, name: 'B sorted' }),
      await aClient(server.database, { type: 'machine', team, name: 'a sorted' }),
    ];
    await aCount(server, { clientId: b.clientId, count: 1, hoursAgo: 7 });
    expect(await names(`/apps?team=${team}`)).toEqual(['a sorted', 'B sorted']);
    expect(await names(`/apps?team=${team}&sort=-name`)).toEqual(['B sorted', 'a sorted']);
    expect((await list(`/apps?team=${team}&sort=-used`)).map(({ name, last_used_at }) => [name, last_used_at])).toEqual(
      [
        ['B sorted', hourAgo(7)],
        ['a sorted', null],
      ],
    );
    await db().updateTable('clients').set({ disabled_at: new Date() }).where('id', '=', a.clientId).execute();
    expect(await names(`/apps?team=${team}&state=stopped`)).toEqual(['a sorted']);
    expect(await names(`/apps?team=${team}&purpose=web`)).toEqual([]);
  });

  it('sort APIs by subscribers and by last use, and tell the owners both', async () => {
    const { id: teamId } = await aTeam(server);
    const [one, two] = [
      await anApi(server.database, { teamId, name: 'One sorted' }),
      await anApi(server.database, { teamId, name: 'Two sorted' }),
    ];
    const { clientId } = await aClient(server.database, { type: 'machine', team: teamId });
    await subscribe(db(), { clientId, apiIdentifier: one.identifier, scopes: ['reports:read'] }, operator());
    const { id } = await db()
      .selectFrom('apis')
      .select('id')
      .where('identifier', '=', two.identifier)
      .executeTakeFirstOrThrow();
    await aCount(server, { clientId: 'app_any', apiId: id, count: 1, hoursAgo: 7 });
    const of = async (sort: string) =>
      (await list(`/apis?team=${teamId}&sort=${sort}`)).map(({ name, subscribers, last_used_at }) => [
        name,
        subscribers,
        last_used_at,
      ]);
    expect(await of('-subscribers')).toEqual([
      ['One sorted', 1, null],
      ['Two sorted', 0, hourAgo(7)],
    ]);
    expect((await of('-used')).map(([name]) => name)).toEqual(['Two sorted', 'One sorted']);
  });

  it('sort subscriptions and requests by app and by API', async () => {
    const { id: team } = await aTeam(server);
    const api = await anApi(server.database, { teamId: team });
    for (const name of ['b asks', 'C asks', 'A asks']) {
      const { clientId } = await aClient(server.database, { type: 'machine', team, name });
      await subscribe(db(), { clientId, apiIdentifier: api.identifier, scopes: ['reports:read'] }, operator());
    }
    const pending = { pending_scopes: ['reports:read'], pending_at: new Date() };
    await db().updateTable('subscriptions').set(pending).execute();
    const apps = async (path: string) => (await list(path)).map(({ app }) => app.name);
    const sorted = ['A asks', 'b asks', 'C asks'];
    expect(await apps(`/subscriptions?api=${encodeURIComponent(api.identifier)}&sort=app`)).toEqual(sorted);
    expect(await apps('/subscription-requests?search=asks&sort=-app')).toEqual(sorted.toReversed());
    expect((await robot.call('GET', '/subscription-requests?sort=created')).status).toBe(400);
  });

  it('sort teams, their members, groups and their people, and search the people', async () => {
    const [{ id: team }, { id: other }] = [await aTeam(server, 'Listed B'), await aTeam(server, 'Listed a')];
    expect(await names('/teams?search=listed&sort=name')).toEqual(['Listed a', 'Listed B']);
    await db().updateTable('teams').set({ suspended_at: new Date() }).where('id', '=', other).execute();
    expect(await names('/teams?search=listed&state=suspended')).toEqual(['Listed a']);

    const [zoe, adam] = [await aMember(server, { team, role: 'owner' }), await aMember(server, { team })];
    for (const [{ account }, name] of [[zoe, 'zoe'] as const, [adam, 'Adam'] as const]) {
      await db().updateTable('accounts').set({ name }).where('id', '=', account.id).execute();
    }
    expect(await names(`/teams/${team}/members?sort=name`)).toEqual(['Adam', 'zoe']);
    expect(await names(`/teams/${team}/members?search=${encodeURIComponent(zoe.email)}`)).toEqual(['zoe']);
    expect(await names(`/teams/${team}/members?role=owner`)).toEqual(['zoe']);

    const group = await aGroup(server.database, [zoe.account.id, adam.account.id]);
    expect(await names(`/groups/${group.id}/members?sort=-name`)).toEqual(['zoe', 'Adam']);
    expect(await names(`/groups/${group.id}/members?search=adam`)).toEqual(['Adam']);
    expect((await names('/groups?sort=-people'))[0]).toBe(group.name);
  });

  it('sort people by their last sign-in, and say when that was', async () => {
    const [never, once] = [
      await aPerson(server.database, { name: 'Never seen' }),
      await aPerson(server.database, { name: 'Once seen' }),
    ];
    await aVisitor(server, once);
    const rows = await list('/users?search=seen&sort=-seen');
    expect(rows.map(({ email, last_sign_in_at }) => [email, last_sign_in_at])).toEqual([
      [once.email, expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)],
      [never.email, null],
    ]);
    expect(await names('/users?search=seen&sort=-seen&role=admin')).toEqual([]);
  });

  it('refuse a cursor of another sort', async () => {
    const { id: team } = await aTeam(server);
    for (let index = 0; index < 2; index += 1) await aClient(server.database, { type: 'machine', team });
    const { body } = await robot.call('GET', `/apps?team=${team}&limit=1&sort=name`);
    const { next } = body as { next: string };
    expect((await robot.call('GET', `/apps?team=${team}&limit=1&sort=name&cursor=${next}`)).status).toBe(200);
    const other = await robot.call('GET', `/apps?team=${team}&limit=1&sort=-name&cursor=${next}`);
    expect([other.status, (other.body as { code: string }).code]).toEqual([400, 'invalid_request']);
  });
});
