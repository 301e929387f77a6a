import type { Transaction } from 'kysely';
import { type Action, type By, judgeAccess } from '../access.ts';
import { lockApiAsItIs } from '../apis/apis.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api, Subscription } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';

/** Which subscription, and the version that the caller has seen; undefined is any. */
export interface SubscriptionTarget {
  readonly id: string;
  readonly version?: number | undefined;
}

/** An app as far as subscriptions are concerned. */
export interface Subscriber {
  readonly id: string;
  readonly name: string;
  readonly team_id: string | null;
}

export interface LockedSubscription {
  readonly row: Subscription;
  readonly app: Subscriber;
  readonly api: Api;
}

/** Who may do something: the team that has the app, the one that has the API, or each of them. */
export type Side = 'app' | 'api' | 'either';

/**
 * A subscription that the caller may change, locked, together with its API, until the transaction ends.
 * @throws {AppError} not_found, forbidden, precondition_failed
 */
export async function lockSubscription(
  trx: Transaction<Tables>,
  { id, version, missing = t('refusals.noSubscription', { id }) }: SubscriptionTarget & { missing?: string },
  side: Side,
  by: By,
): Promise<LockedSubscription> {
  const gone = () => new AppError('not_found', { detail: missing });
  const known = await trx
    .selectFrom('subscriptions')
    .select(['api_id', 'client_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!known) throw gone();
  // Locks the API first, as the removal of scopes does, so that two transactions cannot deadlock.
  const api = await lockApiAsItIs(trx, known.api_id);
  const app = await lockSubscriber(trx, known.client_id);
  const row = await trx.selectFrom('subscriptions').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!api || !row || !app) throw gone();
  authorizeSide(by, side, { app: app.team_id, api: api.team_id }, missing);
  if (version !== undefined && version !== row.version) throw new AppError('precondition_failed');
  return { row, app, api };
}

/** An app, which stays with its team until the transaction ends. */
export function lockSubscriber(trx: Transaction<Tables>, clientId: string): Promise<Subscriber | undefined> {
  const app = trx.selectFrom('clients').select(['id', 'name', 'team_id']).where('id', '=', clientId);
  return app.forShare().executeTakeFirst();
}

export function findSubscriber(db: Db, clientId: string): Promise<Subscriber | undefined> {
  return db.selectFrom('clients').select(['id', 'name', 'team_id']).where('id', '=', clientId).executeTakeFirst();
}

/** The id of the subscription that an app has of an API. */
export async function findSubscriptionOf(
  db: Db,
  { clientId, apiId }: { clientId: string; apiId: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('subscriptions')
    .select('id')
    .where('client_id', '=', clientId)
    .where('api_id', '=', apiId)
    .executeTakeFirst();
  return row?.id;
}

const CHANGES: Record<'app' | 'api', Action> = { app: 'app.write', api: 'subscription.decide' };
const SEES: Record<'app' | 'api', Action> = { app: 'app.read', api: 'api.read' };

/** Both teams see a subscription; which of them may do something depends on what it is. */
function authorizeSide(by: By, side: Side, teams: Record<'app' | 'api', string | null>, missing: string): void {
  const sides = ['app', 'api'] as const;
  const may = sides.some((one) => (side === 'either' || side === one) && allowed(by, CHANGES[one], teams[one]));
  if (may) return;
  if (sides.some((one) => judgeAccess(by, SEES[one], teams[one]) !== 'hidden')) throw new AppError('forbidden');
  throw new AppError('not_found', { detail: missing });
}

const allowed = (by: By, action: Action, teamId: string | null) => judgeAccess(by, action, teamId) === 'allowed';

/** Whether the caller is one of those who look after the API, and not just after the app. */
export const decidesFor = (by: By, api: Pick<Api, 'team_id'>): boolean =>
  allowed(by, 'subscription.decide', api.team_id);
