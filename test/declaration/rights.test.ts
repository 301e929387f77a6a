import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { placeClient } from '../../src/clients/place-client.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { applyDeclaration } from '../../src/declaration/apply.ts';
import { parseDeclaration } from '../../src/declaration/parse.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { findGroup } from '../../src/roles/find-group.ts';
import { findRole } from '../../src/roles/find-role.ts';
import { createGroup } from '../../src/roles/groups.ts';
import { createRole } from '../../src/roles/roles.ts';
import { findSubscriptionOf } from '../../src/subscriptions/rows.ts';
import { setSubscriptionScopes } from '../../src/subscriptions/set-scopes.ts';
import { addMember } from '../../src/teams/add-member.ts';
import { findTeam } from '../../src/teams/find-team.ts';
import { aTeam, someoneWith } from '../support/access.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { by as operator } from './databases.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );

/** A team with an app of it and an API of it that the app may use, its owner, someone of another team, and an admin. */
async function aWorld() {
  const { database } = test;
  const [team, other] = [await aTeam(database), await aTeam(database)];
  const api = await anApi(database, { teamId: team.id });
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const app = await aClient(database, { type: 'machine', team: team.id, subscriptions });
  const subscription = (await findSubscriptionOf(database.db, { clientId: app.clientId, apiId: api.id })) ?? '';
  const owner = await someoneWith(database, { team: team.id, role: 'owner' });
  const stranger = await someoneWith(database, { team: other.id, role: 'owner' });
  const auditor = await someoneWith(database, { platformRole: 'auditor' });
  const admin = await someoneWith(database, { platformRole: 'admin' });
  return { team, api, app, subscription, owner, stranger, auditor, admin };
}

type World = Awaited<ReturnType<typeof aWorld>>;
const WHO = ['stranger', 'auditor', 'owner', 'admin'] as const;

/** What each of them gets, in the order of WHO. */
const outcomes = async (world: World, work: (by: ReturnType<World['owner']['by']>) => Promise<unknown>) => {
  const results = [];
  for (const who of WHO) results.push(await code(work(world[who].by())));
  return results;
};

describe('what the command line needs beyond the portal checks rights itself', () => {
  it('putting people into a team without asking them is for admins', async () => {
    const world = await aWorld();
    const { account } = await aPerson(test.database);
    const wanted = { teamId: world.team.id, accountId: account.id, role: 'viewer' };
    expect(await outcomes(world, (by) => addMember(test.database.db, wanted, by))).toEqual([
      ...['not_found', 'forbidden', 'not_found', 'done'],
    ]);
    expect(await code(addMember(test.database.db, wanted, operator()))).toBe('conflict');
  });

  it('moving an app to another team is for admins', async () => {
    const world = await aWorld();
    const wanted = { clientId: world.app.clientId, team: null };
    expect(await outcomes(world, (by) => placeClient(test.database.db, wanted, by))).toEqual([
      ...['not_found', 'forbidden', 'not_found', 'done'],
    ]);
    expect(await code(placeClient(test.database.db, { ...wanted, team: 'team_none' }, operator()))).toBe('not_found');
  });

  it('making an app our own is for admins', async () => {
    const world = await aWorld();
    const wanted = { clientId: world.app.clientId, changes: { firstParty: true } };
    expect(await outcomes(world, (by) => updateClient(test.database.db, wanted, by))).toEqual([
      ...['not_found', 'forbidden', 'forbidden', 'done'],
    ]);
  });

  it('setting the scopes of a subscription is for the team of the API', async () => {
    const world = await aWorld();
    const set = (scopes: string[]) => (by: ReturnType<World['owner']['by']>) =>
      setSubscriptionScopes(test.database.db, { id: world.subscription }, scopes, by);
    expect(await outcomes(world, set(['reports:read', 'reports:write']))).toEqual([
      ...['not_found', 'forbidden', 'done', 'done'],
    ]);
    expect(await code(set(['reports:none'])(operator()))).toBe('invalid_request');
  });

  it('finding teams, roles and groups by name shows nobody what they may not see', async () => {
    const world = await aWorld();
    const { db } = test.database;
    await createRole(db, world.api.id, { name: 'clerk', scopes: [] }, operator());
    const group = `Group ${randomBytes(4).toString('hex')}`;
    await createGroup(db, { name: group }, operator());
    expect(await outcomes(world, (by) => findTeam(db, world.team.name, by))).toEqual([
      'not_found',
      'done',
      'done',
      'done',
    ]);
    const role = { role: 'clerk', api: world.api.identifier };
    expect(await outcomes(world, (by) => findRole(db, role, by))).toEqual(['not_found', 'done', 'done', 'done']);
    expect(await outcomes(world, (by) => findGroup(db, group, by))).toEqual(['not_found', 'done', 'not_found', 'done']);
  });

  it('applying a file is for admins', async () => {
    const world = await aWorld();
    const outbox = createOutbox([{ id: 'test', key: randomBytes(32) }], 'https://auth.example.com');
    const file = parseDeclaration('teams: []');
    const options = { prune: false, dryRun: false };
    expect(await outcomes(world, (by) => applyDeclaration(test.database.db, outbox, { file, options, by }))).toEqual([
      ...['not_found', 'forbidden', 'not_found', 'done'],
    ]);
  });
});
