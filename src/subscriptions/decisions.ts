import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { By } from '../access.ts';
import { requireHeld } from '../apis/admin-api-grants.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Subscription } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { Outbox } from '../mail/outbox.ts';
import { MaybeReason } from '../names/reason.ts';
import { t } from '../texts/texts.ts';
import { changeSubscription, conflict, noRequest, recordEvent } from './lifecycle.ts';
import { tellOfDecision } from './mails.ts';
import { lockSubscription, type SubscriptionTarget } from './rows.ts';

const Note = MaybeReason.optional();

/** `scopes` narrows what is approved; without it all that was asked for is. */
export const Approval = z.strictObject({ scopes: z.array(z.string()).max(200).optional(), note: Note });
export const Denial = z.strictObject({ note: Note });

/** Says yes to an open request, or to a part of it: for the team of the API. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed, invalid_request */
export async function approveRequest(
  db: Kysely<Tables>,
  outbox: Outbox,
  target: SubscriptionTarget,
  input: z.input<typeof Approval>,
  by: By,
): Promise<Subscription> {
  const approval = Approval.parse(input);
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'api', by);
    const { row } = locked;
    if (!row.pending_scopes) throw conflict(t('refusals.noRequest'));
    if (row.state === 'suspended') throw conflict(t('refusals.resumeFirst'));
    const { approved, refused } = choose(row.pending_scopes, approval.scopes);
    requireHeld(by, locked.api, [...row.scopes, ...approved]);
    const said = approval.note || null;
    const changed = await changeSubscription(trx, locked, {
      state: 'active',
      scopes: [...new Set([...row.scopes, ...approved])],
      ...noRequest,
      note: said,
      decided_by: by.actor.id ?? null,
      decided_at: by.now,
    });
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await recordEvent(trx, locked, { type: 'subscription.approved', scopes: approved, refused }, by);
    const decision = { requestedBy: row.pending_by, approved, refused, note: said };
    await tellOfDecision(trx, outbox, { ...locked, ...decision }, by);
    return changed;
  });
}

/** Says no to an open request; what is live stays. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function denyRequest(
  db: Kysely<Tables>,
  outbox: Outbox,
  target: SubscriptionTarget,
  input: z.input<typeof Denial>,
  by: By,
): Promise<Subscription> {
  const said = Denial.parse(input).note || null;
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'api', by);
    const { row } = locked;
    if (!row.pending_scopes) throw conflict(t('refusals.noRequest'));
    const changed = await changeSubscription(trx, locked, {
      state: row.state === 'pending' ? 'denied' : row.state,
      ...noRequest,
      note: said,
      decided_by: by.actor.id ?? null,
      decided_at: by.now,
    });
    await recordEvent(trx, locked, { type: 'subscription.denied', scopes: row.pending_scopes }, by);
    const decision = { requestedBy: row.pending_by, approved: [], refused: row.pending_scopes, note: said };
    await tellOfDecision(trx, outbox, { ...locked, ...decision }, by);
    return changed;
  });
}

/** @throws {AppError} invalid_request for scopes that were not asked for, or none of them */
function choose(pending: readonly string[], chosen: readonly string[] = pending) {
  if (chosen.some((scope) => !pending.includes(scope))) {
    throw new AppError('invalid_request', { detail: t('refusals.onlyAskedFor') });
  }
  if (pending.length > 0 && chosen.length === 0) {
    throw new AppError('invalid_request', { detail: t('refusals.approveOne') });
  }
  const approved = pending.filter((scope) => chosen.includes(scope));
  return { approved, refused: pending.filter((scope) => !approved.includes(scope)) };
}
