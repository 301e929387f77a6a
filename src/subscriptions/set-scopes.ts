import type { Kysely } from 'kysely';
import type { By } from '../access.ts';
import { requireHeld } from '../apis/admin-api-grants.ts';
import { findApiScopes } from '../apis/apis.ts';
import { endTokensOfApps } from '../apis/withdrawn-access.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Subscription } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { changeSubscription, noRequest, recordEvent } from './lifecycle.ts';
import { lockSubscription, type SubscriptionTarget } from './rows.ts';
import { requireKnownScopes } from './subscriptions.ts';

/**
 * Says which scopes a live or suspended subscription has, more or fewer than before: for who decides on the API's
 * subscriptions. A request that waits keeps what it asks for beyond that.
 * @throws {AppError} not_found, forbidden, conflict, precondition_failed, invalid_request
 */
export function setSubscriptionScopes(
  db: Kysely<Tables>,
  target: SubscriptionTarget,
  wanted: readonly string[],
  by: By,
): Promise<Subscription> {
  return inTransaction(db, async (trx) => {
    const locked = await lockSubscription(trx, target, 'api', by);
    const { row, api, app } = locked;
    if (row.state !== 'active' && row.state !== 'suspended') {
      throw new AppError('conflict', { detail: t('refusals.notLive') });
    }
    const scopes = [...new Set(wanted)];
    requireKnownScopes(
      api,
      (await findApiScopes(trx, api.id)).map((scope) => scope.name),
      scopes,
    );
    const added = scopes.filter((scope) => !row.scopes.includes(scope));
    requireHeld(by, api, added);
    const removed = row.scopes.filter((scope) => !scopes.includes(scope));
    if (added.length === 0 && removed.length === 0) return row;
    const waiting = row.pending_scopes?.filter((scope) => !scopes.includes(scope));
    const request = waiting && (waiting.length > 0 ? { pending_scopes: waiting } : noRequest);
    const changed = await changeSubscription(trx, locked, { scopes, ...request });
    if (added.length > 0)
      await recordEvent(trx, locked, { type: 'subscription.approved', scopes: added, refused: [] }, by);
    if (removed.length > 0) {
      await recordEvent(trx, locked, { type: 'subscription.narrowed', removed }, by);
      const reason = `subscription narrowed by ${removed.join(' ')}`;
      await endTokensOfApps(trx, api, { clientIds: [app.id], reason }, by.now);
    }
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    return changed;
  });
}
