import type { Kysely } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import { announceVersioned } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { findApi } from './apis.ts';
import { CATALOG_TOPIC } from './catalog-topic.ts';

/** Lets an app introspect the tokens of an API, as its resource server (RFC 7662 §4). @throws {AppError} not_found */
export function allowIntrospection(
  db: Kysely<Tables>,
  { apiIdentifier, clientId }: { apiIdentifier: string; clientId: string },
  by: { actor: Actor; now: Date },
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const api = await findApi(trx, apiIdentifier);
    if (!api) throw new AppError('not_found', { detail: `There is no API ${apiIdentifier}.` });
    const client = await trx.selectFrom('clients').select('id').where('id', '=', clientId).executeTakeFirst();
    if (!client) throw new AppError('not_found', { detail: `There is no app ${clientId}.` });
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
