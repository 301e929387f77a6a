import { sql } from 'kysely';
import { z } from 'zod';
import { type By, judgeAccess, visibleTeams } from '../access.ts';
import { hasToldName } from '../accounts/known-people.ts';
import { findScopesOf } from '../apis/apis.ts';
import type { Db } from '../db/connections/connection.ts';
import { beyond, type Listing, PageQuery, toListing } from '../db/pages.ts';
import { countRows, MOST_COUNTED } from '../db/sorting.ts';
import type { Subscription } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { type Alternatives, isCalled, isOfApi, isOfTeam, isOnPage, type PageOfSubscriptions } from './page.ts';

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
  /** null also for somebody whom the caller does not know; so is the next. */
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
  const asked = SubscriptionQuery.parse(query);
  const rows = await selectPage(db, pageOf(asked, asked.limit + 1, by), by);
  return toPage(rows, asked.limit, by, (row) => row.created_at);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} forbidden */
export async function countSubscriptions(db: Db, query: z.input<typeof SubscriptionQuery>, by: By): Promise<number> {
  const { cursor: _from, ...asked } = SubscriptionQuery.parse(query);
  return await countPage(db, pageOf(asked, MOST_COUNTED + 1, by));
}

function pageOf(
  { cursor, search, app, api, ownApps, state }: z.output<typeof SubscriptionQuery>,
  most: number,
  by: By,
): PageOfSubscriptions {
  return {
    oneOf: [isOfEitherTeam(by), isCalled(search)],
    all: [
      beyond(cursor, { at: 'created_at', id: 'id' }),
      ...(app === undefined ? [] : [sql<boolean>`client_id = ${app}`]),
      ...(api === undefined ? [] : [isOfApi(api)]),
      ...(ownApps ? [isOfTeam('app', [...(by.access?.teams.keys() ?? [])])] : []),
      ...(state === undefined ? [] : [sql<boolean>`state = ${state}`]),
    ],
    by: 'created_at',
    order: 'newest',
    most,
  };
}

const countPage = (db: Db, page: PageOfSubscriptions) =>
  countRows(db, db.selectFrom('subscriptions').where(isOnPage(page)));

/** @throws {AppError} not_found, forbidden */
export async function findSubscription(db: Db, id: string, by: By): Promise<ListedSubscription> {
  const row = await selectListed(db, by)
    .where('subscriptions.id', '=', id)
    .where(sql<boolean>`(${sql.join(isOfEitherTeam(by), sql` or `)})`)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: t('refusals.noSubscription', { id }) });
  return withRights(row, by);
}

/** Requests that wait for the teams of the caller, oldest first. @throws {ZodError} @throws {AppError} forbidden, invalid_request */
export async function listWaitingRequests(db: Db, query: z.input<typeof PageQuery>, by: By) {
  const asked = PageQuery.parse(query);
  const rows = await selectPage(db, pageOfWaiting(asked, asked.limit + 1, by), by);
  return toPage(rows, asked.limit, by, (row) => row.pending_at ?? by.now);
}

/** How many of them there are in all. @throws {ZodError} @throws {AppError} forbidden */
export async function countWaitingRequests(db: Db, query: z.input<typeof PageQuery>, by: By): Promise<number> {
  const { cursor: _from, ...asked } = PageQuery.parse(query);
  return await countPage(db, pageOfWaiting(asked, MOST_COUNTED + 1, by));
}

function pageOfWaiting({ cursor, search }: z.output<typeof PageQuery>, most: number, by: By): PageOfSubscriptions {
  return {
    oneOf: [isCalled(search)],
    all: [
      sql<boolean>`pending_scopes is not null`,
      isOfTeam('api', visibleTeams(by, 'api.read')),
      beyond(cursor, { at: 'pending_at', id: 'id' }, 'oldest'),
    ],
    by: 'pending_at',
    order: 'oldest',
    most,
  };
}

/** What was decided lately for the caller's APIs, the last first. @throws {AppError} forbidden */
export async function listLateDecisions(db: Db, limit: number, by: By): Promise<ListedSubscription[]> {
  const rows = await selectPage(
    db,
    {
      oneOf: [],
      all: [sql<boolean>`decided_at is not null`, isOfTeam('api', visibleTeams(by, 'api.read'))],
      by: 'decided_at',
      order: 'newest',
      most: limit,
    },
    by,
  );
  return rows.map((row) => withRights(row, by));
}

/** What scopes of several APIs allow, by the API's id and the scope's name: in one statement, for a page of them. */
export async function findScopeMeanings(
  db: Db,
  apiIds: readonly string[],
): Promise<(apiId: string, scope: string) => string> {
  const scopes = await findScopesOf(db, apiIds);
  return (apiId, scope) => scopes.get(apiId)?.find(({ name }) => name === scope)?.description ?? '';
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

function selectListed(db: Db, by: By) {
  return db
    .selectFrom('subscriptions')
    .innerJoin('clients', 'clients.id', 'subscriptions.client_id')
    .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
    .leftJoin('teams as app_team', 'app_team.id', 'clients.team_id')
    .leftJoin('teams as api_team', 'api_team.id', 'apis.team_id')
    .leftJoin('accounts as requester', (join) =>
      join.onRef('requester.id', '=', 'subscriptions.pending_by').on(hasToldName(by, 'subscriptions.pending_by')),
    )
    .leftJoin('accounts as decider', (join) =>
      join.onRef('decider.id', '=', 'subscriptions.decided_by').on(hasToldName(by, 'subscriptions.decided_by')),
    )
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

function selectPage(db: Db, page: PageOfSubscriptions, by: By) {
  const direction = page.order === 'newest' ? 'desc' : 'asc';
  return selectListed(db, by)
    .where(isOnPage(page))
    .orderBy(`subscriptions.${page.by}`, direction)
    .orderBy('subscriptions.id', direction)
    .execute();
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
function isOfEitherTeam(by: By): Alternatives {
  const allows = by.access?.tokenAllows;
  if (allows && !allows.has('app.read') && !allows.has('api.read')) throw new AppError('forbidden');
  const seen = (action: 'app.read' | 'api.read') => (allows && !allows.has(action) ? [] : visibleTeams(by, action));
  const [app, api] = [seen('app.read'), seen('api.read')];
  return app === 'all' || api === 'all' ? [sql`true`] : [isOfTeam('app', app), isOfTeam('api', api)];
}
