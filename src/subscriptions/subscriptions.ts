import type { Kysely } from 'kysely';
import { authorize, type By } from '../access.ts';
import { requireHeld } from '../apis/admin-api-grants.ts';
import { findApiScopes, lockNamedApi } from '../apis/apis.ts';
import { isNamed } from '../apis/identifiers.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { endSubscription } from './lifecycle.ts';

/**
 * Allows an app scopes of an API at once, in the caller's transaction: for who decides on the API's subscriptions.
 * @throws {AppError} invalid_request, not_found, forbidden; conflict when it uses the API already
 */
export async function subscribe(
  db: Db,
  subscription: { clientId: string; apiIdentifier: string; scopes: readonly string[] },
  by: By,
): Promise<Api> {
  const { clientId, apiIdentifier } = subscription;
  const scopes = [...new Set(subscription.scopes)];
  const api = await lockNamedApi(db, apiIdentifier);
  if (!api) throw new AppError('invalid_request', { detail: t('refusals.noApi', { id: apiIdentifier }) });
  authorize(by, 'subscription.decide', api.team_id, t('refusals.noApi', { id: apiIdentifier }));
  requireHeld(by, api, scopes);
  requireKnownScopes(
    api,
    (await findApiScopes(db, api.id)).map((scope) => scope.name),
    scopes,
  );
  const live = { scopes, state: 'active' as const, created_at: by.now };
  const made = await db
    .insertInto('subscriptions')
    .values({ client_id: clientId, api_id: api.id, ...live })
    .onConflict((conflict) =>
      conflict
        .columns(['client_id', 'api_id'])
        .doUpdateSet((eb) => ({ scopes, state: 'active', version: eb('subscriptions.version', '+', 1) }))
        .where('subscriptions.state', 'in', ['pending', 'denied', 'cancelled']),
    )
    .returning('id')
    .executeTakeFirst();
  if (!made) throw new AppError('conflict', { detail: t('refusals.usesApi', { api: apiIdentifier }) });
  await announceVersioned(db, CLIENT_CACHE_TOPIC, by.now);
  await record(db, by.actor, { type: 'client.subscribed', clientId, apiId: api.id, scopes }, by.now);
  return api;
}

/** @throws {AppError} invalid_request for a scope that the API does not have */
export function requireKnownScopes(api: Api, offered: readonly string[], wanted: readonly string[]): void {
  const unknown = wanted.filter((scope) => !offered.includes(scope));
  if (unknown.length === 0) return;
  throw new AppError('invalid_request', {
    detail: t('refusals.namedApiLacksScope', { api: api.identifier, scopes: unknown.join(', ') }),
  });
}

/** Takes an API from an app by the names of both; endSubscription() by the id of the subscription. @throws {AppError} not_found, forbidden */
export function cancelSubscription(
  db: Kysely<Tables>,
  subscription: { clientId: string; apiIdentifier: string; reason: string },
  by: By,
): Promise<void> {
  const { clientId, apiIdentifier, reason } = subscription;
  return inTransaction(db, async (trx) => {
    const row = await trx
      .selectFrom('subscriptions')
      .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
      .select('subscriptions.id')
      .where('subscriptions.client_id', '=', clientId)
      .where(isNamed(apiIdentifier))
      .where('subscriptions.state', 'in', ['pending', 'active', 'suspended'])
      .executeTakeFirst();
    const missing = t('refusals.notSubscribed', { app: clientId, api: apiIdentifier });
    if (!row) throw new AppError('not_found', { detail: missing });
    await endSubscription(trx, undefined, { id: row.id, missing }, { reason }, by);
  });
}
