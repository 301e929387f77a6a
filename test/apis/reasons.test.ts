import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { disableAccount } from '../../src/accounts/lifecycle.ts';
import { suspendApi } from '../../src/apis/api-lifecycle.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { resumeSubscription, suspendSubscription } from '../../src/subscriptions/lifecycle.ts';
import { requestSubscription } from '../../src/subscriptions/requests.ts';
import { suspendTeam } from '../../src/teams/suspension.ts';
import { aRobot } from '../support/admin-api.ts';
import { aWorld, type World } from '../support/endings.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement } from '../support/statements.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const db = () => server.database.db;
const outbox = () => createOutbox(server.secrets.masterKeys, server.issuer);
const subscriptionOf = ({ app }: World) =>
  db().selectFrom('subscriptions').selectAll().where('client_id', '=', app.clientId).executeTakeFirstOrThrow();

/** All that is stopped with a reason. */
const STOPS: [string, (world: World, reason: string) => Promise<unknown>][] = [
  ['a team', ({ team }, reason) => suspendTeam(db(), { teamId: team.id, reason }, byOperator())],
  ['an API', ({ api }, reason) => suspendApi(db(), { id: api.id }, { reason }, byOperator())],
  ['an app', ({ app }, reason) => disableClient(db(), { clientId: app.clientId, reason }, byOperator())],
  ['a person', ({ ada }, reason) => disableAccount(db(), { accountId: ada.account.id, reason }, byOperator())],
  [
    'a subscription',
    async (world, reason) => suspendSubscription(db(), outbox(), await subscriptionOf(world), { reason }, byOperator()),
  ],
];

describe.each(STOPS)('the reason why %s is stopped', (_what, stop) => {
  it.each([
    ['nothing', ' \n '],
    ['too long', 'x'.repeat(1001)],
    ['a mark that nobody sees', 'fine\u202Ebut'],
    ['NUL', 'a\0b'],
  ])('is refused by the one rule: %s', async (_which, reason) => {
    await expect(stop(await aWorld(server, 'web'), reason)).rejects.toMatchObject({
      issues: [expect.objectContaining({ path: ['reason'] })],
    });
  });

  it('has up to a thousand characters, in several lines', async () => {
    await stop(await aWorld(server, 'web'), `one\n${'x'.repeat(996)}`);
  });
});

it('is refused by the admin API by the same rule', async () => {
  const robot = await aRobot(server, ['apps:read', 'apps:write']);
  const { app } = await aWorld(server, 'web');
  const send = async (reason: string) => (await robot.call('POST', `/apps/${app.clientId}/disable`, { reason })).status;
  expect([await send(' '), await send('x'.repeat(1001)), await send('x'.repeat(1000))]).toEqual([400, 400, 200]);
});

describe('a suspended subscription', () => {
  it('stays suspended when its only scope is removed, so that the app cannot ask anew', async () => {
    const world = await aWorld(server, 'web');
    const { id } = await subscriptionOf(world);
    await suspendSubscription(db(), outbox(), { id }, { reason: 'it read too much' }, byOperator());
    const left = { scopes: [{ name: 'reports:write', description: '' }] };
    await updateApi(db(), { id: world.api.id }, left, byOperator());
    expect(await subscriptionOf(world)).toMatchObject({ state: 'suspended', scopes: [], note: 'it read too much' });
    const wish = { clientId: world.app.clientId, api: world.api.id, scopes: ['reports:write'], reason: 'again' };
    await expect(requestSubscription(db(), outbox(), wish, byOperator())).rejects.toMatchObject({ code: 'conflict' });
    await resumeSubscription(db(), { id }, byOperator());
    await requestSubscription(db(), outbox(), wish, byOperator());
    expect(await subscriptionOf(world)).toMatchObject({ state: 'active', scopes: ['reports:write'] });
  });
});

it('an app that goes to another team between the check and the lock is not changed', async () => {
  const { app, team } = await aWorld(server, 'web');
  const by = await byPerson(server, await aMember(server, { team: team.id, role: 'developer' }));
  const other = await aTeam(server);
  const move = () => db().updateTable('clients').set({ team_id: other.id }).where('id', '=', app.clientId).execute();
  afterStatement('from "clients" left join', move);
  const change = updateClient(db(), { clientId: app.clientId, changes: { name: 'Taken over' } }, by);
  await expect(change).rejects.toMatchObject({ code: 'not_found' });
});
