import { sql } from 'kysely';
import { z } from 'zod';
import { type By, judgeAccess, visibleTeams } from '../access.ts';
import { hasToldName } from '../accounts/known-people.ts';
import { findScopesOf } from '../apis/apis.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, PageQuery } from '../db/pages.ts';
import { arrange, countRows, keyOf, MOST_COUNTED, type Order, sortsOf } from '../db/sorting.ts';
import type { Subscription } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import {
  type Alternatives,
  isCalled,
  isOfApi,
  isOfTeam,
  isOnPage,
  NAMES,
  type NamedSort,
  type PageOfSubscriptions,
} from './page.ts';

export const SubscriptionQuery = PageQuery.extend({
  /** Of this app, by its client_id. */
  app: z.string().max(100).optional(),
  /** Of this API, by its id or its identifier. */
  api: z.string().max(300).optional(),
  /** Only of apps of the caller's own teams. */
  ownApps: z.boolean().default(false),
  state: z.enum(['pending', 'active', 'suspended', 'denied', 'cancelled']).optional(),
  sort: z.enum(sortsOf('created', 'app', 'api')).optional(),
});

const ORDER: Order<'created' | NamedSort> = {
  keys: { created: { of: sql.ref('subscriptions.created_at'), type: 'time' }, ...NAMES },
  id: sql.ref('subscriptions.id'),
  usual: '-created',
};

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
  const arranged = arrange(ORDER, asked);
  return await readPage(db, { ...conditionsOf(asked, by), key: keyOf(asked.sort ?? ORDER.usual), arranged }, by);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} forbidden */
export async function countSubscriptions(db: Db, query: z.input<typeof SubscriptionQuery>, by: By): Promise<number> {
  const asked = SubscriptionQuery.parse(query);
  return await countPage(db, {
    ...conditionsOf(asked, by),
    key: '',
    arranged: arrange(ORDER, { limit: MOST_COUNTED }),
  });
}

function conditionsOf({ search, app, api, ownApps, state }: z.output<typeof SubscriptionQuery>, by: By) {
  return {
    oneOf: [isOfEitherTeam(by), isCalled(search)],
    all: [
      ...(app === undefined ? [] : [sql<boolean>`subscriptions.client_id = ${app}`]),
      ...(api === undefined ? [] : [isOfApi(api)]),
      ...(ownApps ? [isOfTeam('app', [...(by.access?.teams.keys() ?? [])])] : []),
      ...(state === undefined ? [] : [sql<boolean>`subscriptions.state = ${state}`]),
    ],
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

export const WaitingQuery = PageQuery.extend({ sort: z.enum(sortsOf('asked', 'app', 'api')).optional() });

const WAITING: Order<'asked' | NamedSort> = {
  keys: { asked: { of: sql.ref('subscriptions.pending_at'), type: 'time' }, ...NAMES },
  id: sql.ref('subscriptions.id'),
  usual: 'asked',
};

/** Requests that wait for the teams of the caller, oldest first. @throws {ZodError} @throws {AppError} forbidden, invalid_request */
export async function listWaitingRequests(db: Db, query: z.input<typeof WaitingQuery>, by: By) {
  const asked = WaitingQuery.parse(query);
  const arranged = arrange(WAITING, asked);
  return await readPage(db, { ...waitingFor(asked, by), key: keyOf(asked.sort ?? WAITING.usual), arranged }, by);
}

/** How many of them there are in all. @throws {ZodError} @throws {AppError} forbidden */
export async function countWaitingRequests(db: Db, query: z.input<typeof WaitingQuery>, by: By): Promise<number> {
  const asked = WaitingQuery.parse(query);
  return await countPage(db, {
    ...waitingFor(asked, by),
    key: '',
    arranged: arrange(WAITING, { limit: MOST_COUNTED }),
  });
}

const waitingFor = ({ search }: z.output<typeof WaitingQuery>, by: By) => ({
  oneOf: [isCalled(search)],
  all: [sql<boolean>`subscriptions.pending_scopes is not null`, isOfTeam('api', visibleTeams(by, 'api.read'))],
});

const DECIDED: Order<'decided'> = {
  keys: { decided: { of: sql.ref('subscriptions.decided_at'), type: 'time' } },
  id: sql.ref('subscriptions.id'),
  usual: '-decided',
};

/** What was decided lately for the caller's APIs, the last first. @throws {AppError} forbidden */
export async function listLateDecisions(db: Db, limit: number, by: By): Promise<readonly ListedSubscription[]> {
  const decided = [sql<boolean>`subscriptions.decided_at is not null`, isOfTeam('api', visibleTeams(by, 'api.read'))];
  const page = { oneOf: [], all: decided, key: '', arranged: arrange(DECIDED, { limit }) };
  return (await readPage(db, page, by)).rows;
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

async function readPage(
  db: Db,
  page: PageOfSubscriptions & { readonly arranged: ReturnType<typeof arrange> },
  by: By,
): Promise<Listing<ListedSubscription>> {
  const { place, orderBy, limit, toListing } = page.arranged;
  const rows = await selectListed(db, by).select(place).where(isOnPage(page)).orderBy(orderBy).limit(limit).execute();
  return toListing(rows.map((row) => withRights(row, by)));
}

function withRights<Row extends Omit<ListedSubscription, 'mayAsk' | 'mayDecide'>>(row: Row, by: By) {
  return {
    ...row,
    mayAsk: judgeAccess(by, 'app.write', row.appTeamId) === 'allowed',
    mayDecide: judgeAccess(by, 'subscription.decide', row.apiTeamId) === 'allowed',
  };
}

/** Both teams see a subscription: that of the app, and that of the API. A token may allow one of the two sides only. */
function isOfEitherTeam(by: By): Alternatives {
  const allows = by.access?.tokenAllows;
  if (allows && !allows.has('app.read') && !allows.has('api.read')) throw new AppError('forbidden');
  const seen = (action: 'app.read' | 'api.read') => (allows && !allows.has(action) ? [] : visibleTeams(by, action));
  const [app, api] = [seen('app.read'), seen('api.read')];
  return app === 'all' || api === 'all' ? [sql`true`] : [isOfTeam('app', app), isOfTeam('api', api)];
}
