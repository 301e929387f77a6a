import type { Kysely } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { Api } from '../db/catalogue-tables.ts';
import { announceVersioned } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { revoke } from '../revocation/revoke.ts';
import { findApi, findApiScopes } from './apis.ts';
import { CATALOG_TOPIC } from './catalog-topic.ts';

/** One API as one app may use it. */
export interface AppApi {
  readonly api: Api;
  readonly offered: readonly string[];
  readonly subscribed: readonly string[];
}

/** Allows an app scopes of an API, in the caller's transaction. @throws {AppError} invalid_request */
export async function subscribe(
  db: Db,
  subscription: { clientId: string; apiIdentifier: string; scopes: readonly string[] },
  by: { actor: Actor; now: Date },
): Promise<Api> {
  const { clientId, apiIdentifier, scopes } = subscription;
  const api = await findApi(db, apiIdentifier);
  if (!api) throw new AppError('invalid_request', { detail: `There is no API ${apiIdentifier}.` });
  const offered = (await findApiScopes(db, api.id)).map((scope) => scope.name);
  const unknown = scopes.filter((scope) => !offered.includes(scope));
  if (unknown.length > 0) {
    throw new AppError('invalid_request', { detail: `The API ${apiIdentifier} has no scope ${unknown.join(', ')}.` });
  }
  await db
    .insertInto('subscriptions')
    .values({ client_id: clientId, api_id: api.id, scopes: [...new Set(scopes)], created_at: by.now })
    .execute();
  await announceVersioned(db, CATALOG_TOPIC, by.now);
  await record(db, by.actor, { type: 'client.subscribed', clientId, apiId: api.id, scopes }, by.now);
  return api;
}

/** Every API that an app may use. */
export async function findAppApis(db: Db, clientId: string): Promise<AppApi[]> {
  const rows = await db
    .selectFrom('apis')
    .innerJoin('subscriptions', 'subscriptions.api_id', 'apis.id')
    .selectAll('apis')
    .select('subscriptions.scopes as subscribed')
    .where('subscriptions.client_id', '=', clientId)
    .orderBy('apis.identifier')
    .execute();
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const scopes = await db
    .selectFrom('api_scopes')
    .select(['api_id', 'name'])
    .where('api_id', 'in', ids)
    .orderBy('name')
    .execute();
  return rows.map(({ subscribed, ...api }) => ({
    api,
    subscribed,
    offered: scopes.filter((scope) => scope.api_id === api.id).map((scope) => scope.name),
  }));
}

/** The API with this identifier as the app may use it; undefined without a subscription. */
export async function findAppApi(db: Db, clientId: string, identifier: string): Promise<AppApi | undefined> {
  return (await findAppApis(db, clientId)).find(({ api }) => api.identifier === identifier);
}

/** Takes an API from an app: its next token request for it fails, and tokens that it holds for it are refused. @throws {AppError} not_found */
export function cancelSubscription(
  db: Kysely<Tables>,
  subscription: { clientId: string; apiIdentifier: string; reason: string },
  by: { actor: Actor; now: Date },
): Promise<void> {
  const { clientId, apiIdentifier, reason } = subscription;
  return inTransaction(db, async (trx) => {
    const api = await findApi(trx, apiIdentifier);
    const removed =
      api &&
      (await trx
        .deleteFrom('subscriptions')
        .where('client_id', '=', clientId)
        .where('api_id', '=', api.id)
        .returning('api_id')
        .executeTakeFirst());
    if (!removed)
      throw new AppError('not_found', { detail: `The app ${clientId} has no subscription of ${apiIdentifier}.` });
    await revoke(trx, { kind: 'subscription', value: `${clientId} ${apiIdentifier}`, reason }, { now: by.now });
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.unsubscribed', clientId, apiId: api.id }, by.now);
  });
}
