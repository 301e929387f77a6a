import type { Kysely, Transaction, UpdateObject } from 'kysely';
import { z } from 'zod';
import type { By } from '../access.ts';
import { requireHeld } from '../apis/admin-api-grants.ts';
import { endTokensOfApps } from '../apis/withdrawn-access.ts';
import type { SubscriptionEvent } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Subscription } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { Outbox } from '../mail/outbox.ts';
import { MaybeReason, readReason } from '../names/reason.ts';
import { t } from '../texts/texts.ts';
import { tellOfEnd } from './mails.ts';
import { decidesFor, type LockedSubscription, lockSubscription, type SubscriptionTarget } from './rows.ts';

export const Narrowing = z.strictObject({
  scopes: z
    .array(z.string())
    .min(1, { error: () => t('refusals.keepScope') })
    .max(200),
  note: MaybeReason.optional(),
});

/** Stops a subscription for a while: for the team of the API. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function suspendSubscription(
  db: Kysely<Tables>,
  outbox: Outbox,
  target: SubscriptionTarget,
  input: { reason: string },
  by: By,
): Promise<Subscription> {
  const reason = readReason(input);
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'api', by);
    if (locked.row.state !== 'active') throw conflict(t('refusals.onlyLiveSuspended'));
    const decision = { note: reason, decided_by: by.actor.id ?? null, decided_at: by.now };
    const suspended = await changeSubscription(trx, locked, { state: 'suspended', ...decision });
    await endTokens(trx, locked, `subscription suspended: ${reason}`, by.now);
    await recordEvent(trx, locked, { type: 'subscription.suspended', reason }, by);
    await tellOfEnd(trx, outbox, { ...locked, what: 'suspended', reason }, by);
    return suspended;
  });
}

/** Lets the app go on with what it had. @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export function resumeSubscription(db: Kysely<Tables>, target: SubscriptionTarget, by: By): Promise<Subscription> {
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'api', by);
    if (locked.row.state !== 'suspended') throw conflict(t('refusals.notSuspended'));
    requireHeld(by, locked.api, locked.row.scopes);
    const decision = { note: null, decided_by: by.actor.id ?? null, decided_at: by.now };
    const resumed = await changeSubscription(trx, locked, { state: 'active', ...decision });
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await recordEvent(trx, locked, { type: 'subscription.resumed' }, by);
    return resumed;
  });
}

/** Leaves a live subscription just some of its scopes: for either team. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed, invalid_request */
export async function narrowSubscription(
  db: Kysely<Tables>,
  target: SubscriptionTarget,
  input: z.input<typeof Narrowing>,
  by: By,
): Promise<Subscription> {
  const { scopes, note: said } = Narrowing.parse(input);
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'either', by);
    const { row, api } = locked;
    if (row.state !== 'active') throw conflict(t('refusals.onlyLiveNarrowed'));
    if (scopes.some((scope) => !row.scopes.includes(scope))) {
      throw new AppError('invalid_request', { detail: t('refusals.narrowingKeeps') });
    }
    const removed = row.scopes.filter((scope) => !scopes.includes(scope));
    if (removed.length === 0) return row;
    const decision = decidesFor(by, api)
      ? { note: said ?? null, decided_by: by.actor.id ?? null, decided_at: by.now }
      : {};
    const kept = row.scopes.filter((scope) => scopes.includes(scope));
    const narrowed = await changeSubscription(trx, locked, { scopes: kept, ...decision });
    await endTokens(trx, locked, `subscription narrowed by ${removed.join(' ')}`, by.now);
    await recordEvent(trx, locked, { type: 'subscription.narrowed', removed }, by);
    return narrowed;
  });
}

/** Ends a subscription: for either team. The team of the app is told when it was the other one. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function endSubscription(
  db: Kysely<Tables>,
  outbox: Outbox | undefined,
  target: SubscriptionTarget & { missing?: string },
  input: { reason: string },
  by: By,
): Promise<Subscription> {
  const reason = readReason(input);
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'either', by);
    const decides = decidesFor(by, locked.api);
    if (!['pending', 'active', 'suspended'].includes(locked.row.state)) throw conflict(t('refusals.subscriptionOver'));
    // Otherwise the app could end it and ask again, and so get rid of the suspension.
    if (locked.row.state === 'suspended' && !decides) throw conflict(t('refusals.onlyApiTeamEnds'));
    const decision = decides ? { note: reason, decided_by: by.actor.id ?? null, decided_at: by.now } : {};
    const ended = await changeSubscription(trx, locked, {
      state: 'cancelled',
      scopes: [],
      ...noRequest,
      ...decision,
    });
    await endTokens(trx, locked, `subscription cancelled: ${reason}`, by.now);
    await recordEvent(trx, locked, { type: 'subscription.cancelled', reason }, by);
    if (outbox) await tellOfEnd(trx, outbox, { ...locked, what: 'cancelled', reason }, by);
    return ended;
  });
}

export const noRequest = { pending_scopes: null, pending_reason: null, pending_by: null, pending_at: null };

export const conflict = (detail: string) => new AppError('conflict', { detail });

/** The one way in which a locked subscription changes. */
export function changeSubscription(
  trx: Transaction<Tables>,
  { row }: LockedSubscription,
  change: UpdateObject<Tables, 'subscriptions'>,
): Promise<Subscription> {
  return trx
    .updateTable('subscriptions')
    .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function endTokens(trx: Transaction<Tables>, { app, api }: LockedSubscription, reason: string, now: Date) {
  return endTokensOfApps(trx, api, { clientIds: [app.id], reason }, now);
}

/** Writes into the audit trail what happened to it. */
export function recordEvent(
  trx: Transaction<Tables>,
  { row, app, api }: LockedSubscription,
  event: SubscriptionEvent,
  by: By,
): Promise<void> {
  const about = { subscriptionId: row.id, clientId: app.id, apiId: api.id };
  return record(trx, by.actor, { ...event, ...about }, by.now);
}
