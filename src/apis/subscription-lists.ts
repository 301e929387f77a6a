import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Subscription } from '../db/catalogue-tables.ts';
import type { Db } from '../db/connection.ts';
import { beyond, type Listing, matching, PageQuery, toListing } from '../db/pages.ts';
import { AppError } from '../errors.ts';
import { type By, judgeAccess, visibleTeams } from '../teams/access.ts';

export const SubscriptionQuery = PageQuery.extend({
  /** Of this app, by its client_id. */
  app: z.string().max(100).optional(),
  /** Of this API, by its id or its identifier. */
  api: z.string().max(300).optional(),
  /** Only of apps of the caller's own teams. */
  ownApps: z.boolean().default(false),
  state: z.enum(['pending', 'active', 'suspended', 'denied', 'cancelled']).optional(),
});

/** A subscription with the names of everyone who has to do with it. */
export interface ListedSubscription extends Subscription {
  readonly appName: string;
  readonly appTeamId: string | null;
  readonly appTeamName: string | null;
  readonly apiName: string;
  readonly apiIdentifier: string;
  readonly apiTeamId: string | null;
  readonly apiTeamName: string | null;
  readonly apiSuspended: boolean;
  readonly requesterName: string | null;
  readonly deciderName: string | null;
  /** What the caller may do: for the app, and for the API. */
  readonly mayAsk: boolean;
  readonly mayDecide: boolean;
}

/** Subscriptions of apps or of APIs that the caller may see, newest first. @throws {ZodError} @throws {AppError} forbidden, invalid_request */
export async function listSubscriptions(
  db: Db,
  query: z.input<typeof SubscriptionQuery>,
  by: By,
): Promise<Listing<ListedSubscription>> {
  const { limit, cursor, search, app, api, ownApps, state } = SubscriptionQuery.parse(query);
  let rows = selectListed(db)
    .where(isOfEitherTeam(by))
    .where(beyond(cursor, { at: 'subscriptions.created_at', id: 'subscriptions.id' }))
    .where(matching(search, 'clients.name', 'clients.id', 'apis.name', 'apis.identifier'))
    .orderBy('subscriptions.created_at', 'desc')
    .orderBy('subscriptions.id', 'desc')
    .limit(limit + 1);
  if (app !== undefined) rows = rows.where('subscriptions.client_id', '=', app);
  // By the column that the index is on, where that is what was given.
  if (api?.startsWith('api_')) rows = rows.where('subscriptions.api_id', '=', api);
  else if (api !== undefined) rows = rows.where('apis.identifier', '=', api);
  if (ownApps) rows = rows.where(isOfTeam('clients', [...(by.access?.teams.keys() ?? [])]));
  if (state !== undefined) rows = rows.where('subscriptions.state', '=', state);
  return toPage(await rows.execute(), limit, by, (row) => row.created_at);
}

/** @throws {AppError} not_found, forbidden */
export async function findSubscription(db: Db, id: string, by: By): Promise<ListedSubscription> {
  const row = await selectListed(db).where('subscriptions.id', '=', id).where(isOfEitherTeam(by)).executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: `There is no subscription ${id}.` });
  return withRights(row, by);
}

/** Requests that wait for the teams of the caller, oldest first. @throws {ZodError} @throws {AppError} forbidden, invalid_request */
export async function listWaitingRequests(db: Db, query: z.input<typeof PageQuery>, by: By) {
  const { limit, cursor, search } = PageQuery.parse(query);
  const rows = await selectListed(db)
    .where('subscriptions.pending_scopes', 'is not', null)
    .where(isOfTeam('apis', visibleTeams(by, 'api.read')))
    .where(beyond(cursor, { at: 'subscriptions.pending_at', id: 'subscriptions.id' }, 'oldest'))
    .where(matching(search, 'clients.name', 'apis.name', 'apis.identifier'))
    .orderBy('subscriptions.pending_at')
    .orderBy('subscriptions.id')
    .limit(limit + 1)
    .execute();
  return toPage(rows, limit, by, (row) => row.pending_at ?? by.now);
}

/** What was decided lately for the caller's APIs, the last first. @throws {AppError} forbidden */
export async function listLateDecisions(db: Db, limit: number, by: By): Promise<ListedSubscription[]> {
  const rows = await selectListed(db)
    .where('subscriptions.decided_at', 'is not', null)
    .where(isOfTeam('apis', visibleTeams(by, 'api.read')))
    .orderBy('subscriptions.decided_at', 'desc')
    .orderBy('subscriptions.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => withRights(row, by));
}

/** What scopes of several APIs allow, by the API's id and the scope's name: in one statement, for a page of them. */
export async function describeScopes(
  db: Db,
  apiIds: readonly string[],
): Promise<(apiId: string, scope: string) => string> {
  if (apiIds.length === 0) return () => '';
  const rows = await db
    .selectFrom('api_scopes')
    .selectAll()
    .where('api_id', 'in', [...new Set(apiIds)])
    .execute();
  const known = new Map(rows.map(({ api_id, name, description }) => [`${api_id} ${name}`, description]));
  return (apiId, scope) => known.get(`${apiId} ${scope}`) ?? '';
}

/** How many apps use an API now. */
export async function countUsers(db: Db, apiId: string): Promise<number> {
  const row = await db
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('api_id', '=', apiId)
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

function selectListed(db: Db) {
  return db
    .selectFrom('subscriptions')
    .innerJoin('clients', 'clients.id', 'subscriptions.client_id')
    .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
    .leftJoin('teams as app_team', 'app_team.id', 'clients.team_id')
    .leftJoin('teams as api_team', 'api_team.id', 'apis.team_id')
    .leftJoin('accounts as requester', 'requester.id', 'subscriptions.pending_by')
    .leftJoin('accounts as decider', 'decider.id', 'subscriptions.decided_by')
    .selectAll('subscriptions')
    .select([
      'clients.name as appName',
      'clients.team_id as appTeamId',
      'app_team.name as appTeamName',
      'apis.name as apiName',
      'apis.identifier as apiIdentifier',
      'apis.team_id as apiTeamId',
      'api_team.name as apiTeamName',
      sql<boolean>`apis.suspended_at is not null or api_team.suspended_at is not null`.as('apiSuspended'),
      'requester.name as requesterName',
      'decider.name as deciderName',
    ]);
}

type Row = Omit<ListedSubscription, 'mayAsk' | 'mayDecide'>;

const withRights = (row: Row, by: By): ListedSubscription => ({
  ...row,
  mayAsk: judgeAccess(by, 'app.write', row.appTeamId) === 'allowed',
  mayDecide: judgeAccess(by, 'subscription.decide', row.apiTeamId) === 'allowed',
});

function toPage(rows: readonly Row[], limit: number, by: By, timeOf: (row: Row) => Date): Listing<ListedSubscription> {
  const listed = rows.map((row) => withRights(row, by));
  return toListing(listed, limit, (row) => ({ at: timeOf(row), id: row.id }));
}

/** Both teams see a subscription: that of the app, and that of the API. A token may allow one of the two sides only. */
function isOfEitherTeam(by: By): RawBuilder<boolean> {
  const allows = by.access?.tokenAllows;
  if (allows && !allows.has('app.read') && !allows.has('api.read')) throw new AppError('forbidden');
  const seen = (action: 'app.read' | 'api.read') => (allows && !allows.has(action) ? [] : visibleTeams(by, action));
  return sql`(${isOfTeam('clients', seen('app.read'))} or ${isOfTeam('apis', seen('api.read'))})`;
}

function isOfTeam(table: 'clients' | 'apis', teams: 'all' | readonly string[]): RawBuilder<boolean> {
  if (teams === 'all') return sql`true`;
  if (teams.length === 0) return sql`false`;
  return sql`${sql.ref(`${table}.team_id`)} in (${sql.join(teams)})`;
}
