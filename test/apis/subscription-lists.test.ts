import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import type { Action, By } from '../../src/access.ts';
import type { Listing } from '../../src/db/pages.ts';
import type { SubscriptionState } from '../../src/db/tables/catalogue.ts';
import {
  type ListedSubscription,
  listLateDecisions,
  listSubscriptions,
  listWaitingRequests,
  type SubscriptionQuery,
} from '../../src/subscriptions/lists.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';
import { give } from '../support/usage.ts';

const STATES: SubscriptionState[] = ['active', 'pending', 'suspended', 'denied', 'cancelled'];
const START = Date.now() - 86_400_000;
/** In all the names of this spec, and in no others. */
const stamp = randomBytes(4).toString('hex');

let server: TestServer;
let callers: Record<string, By>;
/** Every subscription of five apps to three APIs, as the lists have it for those who see all. */
let all: readonly ListedSubscription[];
const db = () => server.database.db;
const operator: By = { actor: { type: 'operator' }, now: new Date() };

beforeAll(async () => {
  server = await startTestServer();
  const [one, two, three] = [await aTeam(server), await aTeam(server), await aTeam(server)];
  const apps = [];
  for (const [name, team] of Object.entries({ Alto: one, Bass: one, Cello: two, Drum: three, Ebony: undefined })) {
    const { clientId } = await aClient(server.database, { type: 'machine', name: `${name} ${stamp}` });
    if (team) await give(server, team.id, { clientId });
    apps.push(clientId);
  }
  const apis = [];
  for (const [name, team] of Object.entries({ Xylophone: one, 'Alto of another kind': two, Zither: undefined })) {
    const { id } = await anApi(server.database, { name: `${name} ${stamp}` });
    if (team) await give(server, team.id, { apiId: id });
    apis.push(id);
  }
  await subscribeAll(apps, apis);
  const both = await aMember(server, { team: one.id });
  await db()
    .insertInto('team_members')
    .values({ team_id: two.id, account_id: both.account.id, role: 'viewer', created_at: new Date() })
    .execute();
  const person = async (member: Parameters<typeof aMember>[1]) => byPerson(server, await aMember(server, member));
  callers = {
    'someone of one team': await person({ team: one.id }),
    'someone of another': await person({ team: two.id }),
    'someone whose team has an app only': await person({ team: three.id }),
    'someone of two teams': await byPerson(server, both),
    'someone whose team has nothing': await person({ team: (await aTeam(server)).id }),
    'someone without a team': await person({}),
    'an auditor': await person({ platform: 'auditor' }),
    'a token for apps': await byPerson(server, both, ['app.read']),
    'a token for APIs': await byPerson(server, both, ['api.read']),
    'the operator': operator,
  };
  const { rows } = await listSubscriptions(db(), { search: stamp, limit: 100 }, operator);
  const newestFirst = (a: ListedSubscription, b: ListedSubscription) =>
    b.created_at.getTime() - a.created_at.getTime() || (a.id < b.id ? 1 : -1);
  all = rows.toSorted(newestFirst);
  expect(all).toHaveLength(15);
});
afterAll(() => server.stop());

/** In every state, two at a time at the same moment, some with a request that waits. */
async function subscribeAll(apps: readonly string[], apis: readonly string[]): Promise<void> {
  const pairs = apps.flatMap((client_id) => apis.map((api_id) => ({ client_id, api_id })));
  const rows = pairs.map((pair, index) => {
    const at = new Date(START + Math.floor(index / 2) * 60_000);
    const state = STATES[index % STATES.length] ?? 'active';
    const waits = state === 'pending' || index % 4 === 0;
    return {
      ...pair,
      scopes: ['reports:read'],
      state,
      created_at: at,
      pending_scopes: waits ? ['reports:write'] : null,
      pending_at: waits ? at : null,
      decided_at: index % 3 === 0 ? at : null,
    };
  });
  await db().insertInto('subscriptions').values(rows).execute();
}

/** The rule, written down once more and more plainly than in the queries. */
function seenBy({ actor, access }: By, row: ListedSubscription, side?: 'api'): boolean {
  if (actor.type === 'operator' || access?.platformRole) return true;
  const sees = (action: Action, team: string | null) =>
    team !== null && access?.teams.has(team) === true && (!access.tokenAllows || access.tokenAllows.has(action));
  return sees('api.read', row.apiTeamId) || (side !== 'api' && sees('app.read', row.appTeamId));
}

const byText = (search: string) => (row: ListedSubscription) =>
  [row.appName, row.client_id, row.apiName, row.apiIdentifier].some((text) => text.toLowerCase().includes(search));
const idsOf = (rows: readonly ListedSubscription[]) => rows.map(({ id }) => id);

/** All pages of a list, two rows at a time. */
async function walk(read: (cursor: { cursor?: string }) => Promise<Listing<ListedSubscription>>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const { rows, next } = await read(cursor ? { cursor } : {});
    ids.push(...idsOf(rows));
    cursor = next;
  } while (cursor);
  return ids;
}

const NAMES = [
  'someone of one team',
  'someone of another',
  'someone whose team has an app only',
  'someone of two teams',
  'someone whose team has nothing',
  'someone without a team',
  'an auditor',
  'a token for apps',
  'a token for APIs',
  'the operator',
];

describe.each(NAMES)('the subscriptions that %s sees', (name) => {
  const caller = () => callers[name] ?? operator;
  const list = (query: Partial<z.input<typeof SubscriptionQuery>>) =>
    walk((cursor) => listSubscriptions(db(), { search: stamp, limit: 2, ...query, ...cursor }, caller()));
  const expected = (holds: (row: ListedSubscription) => boolean) =>
    idsOf(all.filter((row) => seenBy(caller(), row) && holds(row)));

  it('are those of their apps and of their APIs, each once and the newest first, whatever the page', async () => {
    expect(await list({})).toEqual(expected(() => true));
  });

  it('are found by the name of the app or of the API', async () => {
    for (const search of ['alto', 'xylophone', 'drum', 'api-']) {
      const found = (await list({ search })).filter((id) => all.some((row) => row.id === id));
      expect([search, found]).toEqual([search, expected(byText(search))]);
    }
  });

  it('are those of an app, of an API or in a state', async () => {
    for (const row of all.slice(0, 5)) {
      const { client_id: app, api_id: api, apiIdentifier, state } = row;
      expect(await list({ app })).toEqual(expected((other) => other.client_id === app));
      expect(await list({ api, state })).toEqual(expected((other) => other.api_id === api && other.state === state));
      expect(await list({ api: apiIdentifier })).toEqual(expected((other) => other.api_id === api));
    }
  });

  it('are those of their own apps alone, where that is asked', async () => {
    const isOwn = ({ appTeamId }: ListedSubscription) => appTeamId !== null && caller().access?.teams.has(appTeamId);
    expect(await list({ ownApps: true })).toEqual(expected((row) => isOwn(row) === true));
  });

  it('are requests that wait for their APIs, the oldest first, and what was decided about these, the last first', async () => {
    const read = (query: object) =>
      walk((cursor) => listWaitingRequests(db(), { limit: 2, ...query, ...cursor }, caller()));
    const decided = () => listLateDecisions(db(), 100, caller());
    if (name === 'a token for apps') {
      await expect(read({})).rejects.toMatchObject({ code: 'forbidden' });
      await expect(decided()).rejects.toMatchObject({ code: 'forbidden' });
      return;
    }
    const theirs = all.filter((row) => seenBy(caller(), row, 'api'));
    const waiting = theirs.filter((row) => row.pending_scopes !== null).toReversed();
    expect(await read({ search: stamp })).toEqual(idsOf(waiting));
    expect(await read({ search: `alto ${stamp}` })).toEqual(idsOf(waiting.filter(byText(`alto ${stamp}`))));
    const known = idsOf(await decided()).filter((id) => all.some((row) => row.id === id));
    expect(known).toEqual(idsOf(theirs.filter((row) => row.decided_at !== null)));
  });
});
