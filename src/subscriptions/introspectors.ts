import type { Kysely } from 'kysely';
import { authorize, type By } from '../access.ts';
import { findApi, lockNamedApi } from '../apis/apis.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { lockSubscriber } from './rows.ts';

/** The app, and the API by its identifier or its id. */
export interface Introspection {
  readonly apiIdentifier: string;
  readonly clientId: string;
}

/** Lets an app introspect the tokens of an API, as its resource server (RFC 7662 §4). @throws {AppError} not_found, forbidden */
export function allowIntrospection(
  db: Kysely<Tables>,
  { apiIdentifier, clientId }: Introspection,
  by: By,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const api = await requireApi(trx, apiIdentifier, 'api.write', by);
    const missing = t('refusals.noApp', { id: clientId });
    const client = await lockSubscriber(trx, clientId);
    if (!client) throw new AppError('not_found', { detail: missing });
    authorize(by, 'app.read', client.team_id, missing);
    const added = await trx
      .insertInto('api_introspectors')
      .values({ api_id: api.id, client_id: clientId })
      .onConflict((conflict) => conflict.doNothing())
      .returning('client_id')
      .executeTakeFirst();
    if (!added) return;
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'api.introspector_added', apiId: api.id, clientId }, by.now);
  });
}

/** Takes that away again; it holds with the next request. @throws {AppError} not_found, forbidden */
export function endIntrospection(
  db: Kysely<Tables>,
  { apiIdentifier, clientId }: Introspection,
  by: By,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const api = await requireApi(trx, apiIdentifier, 'api.write', by);
    const removed = await trx
      .deleteFrom('api_introspectors')
      .where('api_id', '=', api.id)
      .where('client_id', '=', clientId)
      .returning('client_id')
      .executeTakeFirst();
    const missing = `The app ${clientId} does not introspect the tokens of this API.`;
    if (!removed) throw new AppError('not_found', { detail: missing });
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'api.introspector_removed', apiId: api.id, clientId }, by.now);
  });
}

/** More than one API has; a resource server is one app, or a few. */
const MOST = 200;

/** The apps that introspect the tokens of an API, by name. @throws {AppError} not_found, forbidden */
export async function listIntrospectors(db: Db, apiIdentifier: string, by: By) {
  const api = await requireApi(db, apiIdentifier, 'api.read', by);
  return db
    .selectFrom('api_introspectors')
    .innerJoin('clients', 'clients.id', 'api_introspectors.client_id')
    .select(['clients.id', 'clients.name'])
    .where('api_introspectors.api_id', '=', api.id)
    .orderBy('clients.name')
    .orderBy('clients.id')
    .limit(MOST)
    .execute();
}

async function requireApi(db: Db, name: string, action: 'api.read' | 'api.write', by: By): Promise<Api> {
  const missing = t('refusals.noApi', { id: name });
  const api = await (action === 'api.write' ? lockNamedApi(db, name) : findApi(db, name));
  if (!api) throw new AppError('not_found', { detail: missing });
  authorize(by, action, api.team_id, missing);
  return api;
}
