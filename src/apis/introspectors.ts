import type { Kysely } from 'kysely';
import { record } from '../audit/record.ts';
import { announceVersioned } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { authorize, type By } from '../teams/access.ts';
import { findApi } from './apis.ts';
import { CATALOG_TOPIC } from './catalog-topic.ts';
import { findSubscriber } from './subscription-rows.ts';

/** Lets an app introspect the tokens of an API, as its resource server (RFC 7662 §4). @throws {AppError} not_found, forbidden */
export function allowIntrospection(
  db: Kysely<Tables>,
  { apiIdentifier, clientId }: { apiIdentifier: string; clientId: string },
  by: By,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const api = await findApi(trx, apiIdentifier);
    const missing = { api: `There is no API ${apiIdentifier}.`, app: `There is no app ${clientId}.` };
    if (!api) throw new AppError('not_found', { detail: missing.api });
    authorize(by, 'api.write', api.team_id, missing.api);
    const client = await findSubscriber(trx, clientId);
    if (!client) throw new AppError('not_found', { detail: missing.app });
    authorize(by, 'app.read', client.team_id, missing.app);
    await trx
      .insertInto('api_introspectors')
      .values({ api_id: api.id, client_id: clientId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    await record(trx, by.actor, { type: 'api.introspector_added', apiId: api.id, clientId }, by.now);
  });
}

/** The identifiers of the APIs whose resource server an app is. */
export async function findIntrospectedApis(db: Db, clientId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('api_introspectors')
    .innerJoin('apis', 'apis.id', 'api_introspectors.api_id')
    .select('apis.identifier')
    .where('api_introspectors.client_id', '=', clientId)
    .execute();
  return rows.map(({ identifier }) => identifier);
}
