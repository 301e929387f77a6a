import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { lockApiAsItIs } from '../apis/apis.ts';
import { isNamedOrHasId } from '../apis/identifiers.ts';
import { isVisibleTo } from '../apis/visibility.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api, Subscription } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { Outbox } from '../mail/outbox.ts';
import { MaybeReason } from '../names/reason.ts';
import { t } from '../texts/texts.ts';
import { changeSubscription, conflict, noRequest, recordEvent } from './lifecycle.ts';
import { tellOfRequest } from './mails.ts';
import { lockSubscriber, lockSubscription, type Subscriber, type SubscriptionTarget } from './rows.ts';
import { requireKnownScopes } from './subscriptions.ts';

export const SubscriptionRequest = z.strictObject({
  clientId: z.string().max(100),
  /** Its id or its identifier. */
  api: z.string().max(300),
  scopes: z.array(z.string().max(100)).max(200),
  reason: MaybeReason.default(''),
});

/**
 * Asks for scopes of an API for an app. Those that need no approval are live at once; the others wait for the API's
 * owner, while the app goes on with what it has.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request, conflict
 */
export async function requestSubscription(
  db: Kysely<Tables>,
  outbox: Outbox,
  input: z.input<typeof SubscriptionRequest>,
  by: By,
): Promise<Subscription> {
  const wanted = SubscriptionRequest.parse(input);
  try {
    return await inTransaction(db, async (trx) => {
      const { app, api } = await findParties(trx, wanted, by);
      const existing = await findForUpdate(trx, app, api);
      if (existing?.state === 'suspended') throw conflict(t('refusals.subscriptionSuspendedBy'));
      const plan = planRequest(await findOffer(trx, api), wanted, existing);
      if (plan.waiting && wanted.reason === '') throw needsReason();
      const subscription = await save(trx, { app, api, existing, plan, reason: wanted.reason }, by);
      await tell(trx, outbox, { app, api, subscription, plan, reason: wanted.reason }, by);
      return subscription;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw conflict(t('refusals.askedJustNow'));
    throw error;
  }
}

/** Takes an open request back; what is live stays. @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export function withdrawRequest(db: Kysely<Tables>, target: SubscriptionTarget, by: By): Promise<Subscription> {
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'app', by);
    if (!locked.row.pending_scopes) throw conflict(t('refusals.noRequest'));
    const state = locked.row.state === 'pending' ? 'cancelled' : locked.row.state;
    const changed = await changeSubscription(trx, locked, { state, ...noRequest });
    await recordEvent(trx, locked, { type: 'subscription.withdrawn' }, by);
    return changed;
  });
}

/** The app and the API, if the caller may ask for one with the other. */
async function findParties(trx: Transaction<Tables>, wanted: z.output<typeof SubscriptionRequest>, by: By) {
  const missing = { app: t('refusals.noApp', { id: wanted.clientId }), api: t('refusals.noApi', { id: wanted.api }) };
  const app = await lockSubscriber(trx, wanted.clientId);
  if (!app) throw new AppError('not_found', { detail: missing.app });
  authorize(by, 'app.write', app.team_id, missing.app);
  const named = await trx
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .select(['apis.id', 'teams.suspended_at'])
    .where(isNamedOrHasId(wanted.api))
    .executeTakeFirst();
  const api = named && (await lockApiAsItIs(trx, named.id));
  if (!api || !(await isVisibleTo(trx, api, app.team_id))) throw new AppError('not_found', { detail: missing.api });
  if (api.suspended_at || named.suspended_at) throw conflict(t('refusals.apiIsSuspended'));
  return { app, api };
}

function findForUpdate(trx: Transaction<Tables>, app: Subscriber, api: Api): Promise<Subscription | undefined> {
  return trx
    .selectFrom('subscriptions')
    .selectAll()
    .where('client_id', '=', app.id)
    .where('api_id', '=', api.id)
    .forUpdate()
    .executeTakeFirst();
}

interface Offer {
  readonly api: Api;
  readonly scopes: readonly { readonly name: string; readonly needs_approval: boolean }[];
}

async function findOffer(db: Db, api: Api): Promise<Offer> {
  const scopes = await db
    .selectFrom('api_scopes')
    .select(['name', 'needs_approval'])
    .where('api_id', '=', api.id)
    .execute();
  return { api, scopes };
}

interface RequestPlan {
  /** Live from now on, beside what was live before. */
  readonly live: readonly string[];
  /** Waits for approval; undefined: nothing does. */
  readonly waiting: readonly string[] | undefined;
}

/**
 * Which of the scopes are live at once. Without scopes there is nothing to go by: such an API always asks its owner.
 */
function planRequest({ api, scopes }: Offer, wanted: { scopes: string[] }, existing?: Subscription): RequestPlan {
  const asked = [...new Set(wanted.scopes)];
  requireKnownScopes(
    api,
    scopes.map(({ name }) => name),
    asked,
  );
  if (asked.length === 0 && scopes.length > 0) throw invalid(t('refusals.chooseScope'));
  const had = existing?.state === 'active' ? existing : undefined;
  const fresh = asked.filter((scope) => !had?.scopes.includes(scope));
  if (had && fresh.length === 0) throw conflict(t('refusals.hasScopes'));
  const approval = new Set(scopes.filter((scope) => scope.needs_approval).map(({ name }) => name));
  const waiting = fresh.filter((scope) => approval.has(scope));
  const needsDecision = waiting.length > 0 || scopes.length === 0;
  if (needsDecision && existing?.pending_scopes) {
    throw conflict(t('refusals.requestWaits'));
  }
  return { live: fresh.filter((scope) => !approval.has(scope)), waiting: needsDecision ? waiting : undefined };
}

const invalid = (detail: string) => new AppError('invalid_request', { detail });

const needsReason = () =>
  new z.ZodError([
    {
      code: 'custom',
      path: ['reason'],
      message: t('refusals.sayWhatFor'),
      input: '',
    },
  ]);

interface Order {
  readonly app: Subscriber;
  readonly api: Api;
  readonly existing: Subscription | undefined;
  readonly plan: RequestPlan;
  readonly reason: string;
}

async function save(trx: Transaction<Tables>, { app, api, existing, plan, reason }: Order, by: By) {
  const { live, waiting } = plan;
  const had = existing?.state === 'active' ? existing.scopes : [];
  const request = waiting && {
    pending_scopes: [...waiting],
    pending_reason: reason,
    pending_by: by.actor.id ?? null,
    pending_at: by.now,
  };
  const isLive = live.length > 0 || existing?.state === 'active';
  const state = isLive ? ('active' as const) : ('pending' as const);
  const columns = { state, scopes: [...had, ...live], ...request };
  if (!existing || !LIVE.includes(existing.state)) await requireMeasure(trx, app.id);
  if (existing) return changeSubscription(trx, { row: existing, app, api }, columns);
  return trx
    .insertInto('subscriptions')
    .values({ client_id: app.id, api_id: api.id, created_at: by.now, ...columns })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The token requests of an app read all of them. */
const MOST = 100;
const LIVE: Subscription['state'][] = ['pending', 'active', 'suspended'];

/** @throws {AppError} conflict */
async function requireMeasure(db: Db, clientId: string): Promise<void> {
  const { count } = await db
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('client_id', '=', clientId)
    .where('state', 'in', LIVE)
    .executeTakeFirstOrThrow();
  if (Number(count) >= MOST) throw conflict(t('refusals.mostApis', { most: MOST }));
}

interface Saved {
  readonly app: Subscriber;
  readonly api: Api;
  readonly subscription: Subscription;
  readonly plan: RequestPlan;
  readonly reason: string;
}

/** Everyone who needs to know: token requests, the audit trail, and those who decide. */
async function tell(trx: Transaction<Tables>, outbox: Outbox, saved: Saved, by: By): Promise<void> {
  const { app, api, subscription, plan, reason } = saved;
  const { live, waiting } = plan;
  if (live.length > 0) await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
  const about = { subscriptionId: subscription.id, clientId: app.id, apiId: api.id };
  await record(trx, by.actor, { type: 'subscription.requested', live, waiting: waiting ?? [], ...about }, by.now);
  if (waiting) await tellOfRequest(trx, outbox, { app, api, scopes: waiting, reason }, by);
}
