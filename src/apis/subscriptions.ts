import type { Kysely } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connection.ts';
import type { Api, Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { revokeTokens } from '../revocation/revoke.ts';
import { findApi, findApiScopes } from './apis.ts';

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
  await record(db, by.actor, { type: 'client.subscribed', clientId, apiId: api.id, scopes }, by.now);
  return api;
}

/** The API with this identifier as the app may use it; undefined without a subscription. */
export async function findAppApi(db: Db, clientId: string, identifier: string): Promise<AppApi | undefined> {
  const row = await db
    .selectFrom('apis')
    .innerJoin('subscriptions', 'subscriptions.api_id', 'apis.id')
    .selectAll('apis')
    .select('subscriptions.scopes as subscribed')
    .where('apis.identifier', '=', identifier)
    .where('subscriptions.client_id', '=', clientId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { subscribed, ...api } = row;
  const offered = (await findApiScopes(db, api.id)).map((scope) => scope.name);
  return { api, offered, subscribed };
}

/** The identifier of the app's own default API or, if it may use just one, of that one. */
export async function findDefaultApi(db: Db, clientId: string): Promise<string | undefined> {
  const rows = await db
    .selectFrom('subscriptions')
    .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
    .innerJoin('clients', 'clients.id', 'subscriptions.client_id')
    .select(['apis.identifier', 'apis.id', 'clients.default_api_id'])
    .where('subscriptions.client_id', '=', clientId)
    .limit(2)
    .orderBy(
      (eb) => eb('clients.default_api_id', '=', eb.ref('apis.id')),
      (order) => order.desc().nullsLast(),
    )
    .execute();
  const [first, second] = rows;
  if (first && first.default_api_id === first.id) return first.identifier;
  return second ? undefined : first?.identifier;
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
    await revokeTokens(trx, { kind: 'subscription', value: `${clientId} ${apiIdentifier}`, reason }, by.now);
    await record(trx, by.actor, { type: 'client.unsubscribed', clientId, apiId: api.id }, by.now);
  });
}
