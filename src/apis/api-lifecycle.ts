import type { Kysely } from 'kysely';
import { authorizeStart, type By, isFromAbove } from '../access.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Api } from '../db/tables/catalogue.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { readReason } from '../names/reason.ts';
import { noteLongerLifetime } from '../revocation/lifetimes.ts';
import { t } from '../texts/texts.ts';
import { retireIdentifier } from './retired-identifiers.ts';
import { type ApiTarget, lockApi, requireOrdinary } from './update-api.ts';
import { endTokensOfApi } from './withdrawn-access.ts';

/** Stops an API: no app gets tokens for it, and those that are out are refused. @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function suspendApi(
  db: Kysely<Tables>,
  target: ApiTarget,
  input: { reason: string },
  by: By,
): Promise<Api> {
  const reason = readReason(input);
  return inTransaction(db, async (trx) => {
    const api = await lockApi(trx, target, by);
    if (api.suspended_at) throw new AppError('conflict', { detail: t('refusals.apiSuspended') });
    const suspended = await setSuspension(trx, api.id, {
      suspended_at: by.now,
      suspended_reason: reason,
      stopped_from_above: isFromAbove(by),
    });
    await endTokensOfApi(trx, api, `API suspended: ${reason}`, by.now);
    await record(trx, by.actor, { type: 'api.suspended', apiId: api.id, reason }, by.now);
    return suspended;
  });
}

/** Lets apps use it again, with new tokens. @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export function resumeApi(db: Kysely<Tables>, target: ApiTarget, by: By): Promise<Api> {
  return inTransaction(db, async (trx) => {
    const api = await lockApi(trx, target, by);
    if (!api.suspended_at) throw new AppError('conflict', { detail: t('refusals.apiNotSuspended') });
    authorizeStart(by, api);
    const start = { suspended_at: null, suspended_reason: null, stopped_from_above: false };
    const resumed = await setSuspension(trx, api.id, start);
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'api.resumed', apiId: api.id }, by.now);
    return resumed;
  });
}

/** Deletes an API with its scopes, roles and subscriptions; its tokens are refused. @throws {AppError} not_found, forbidden, precondition_failed */
export function deleteApi(db: Kysely<Tables>, target: ApiTarget, by: By): Promise<void> {
  return inTransaction(db, async (trx) => {
    const api = await lockApi(trx, target, by);
    requireOrdinary(api);
    authorizeStart(by, api);
    await noteLongerLifetime(trx, api.token_lifetime);
    await endTokensOfApi(trx, api, 'API deleted', by.now);
    await retireIdentifier(trx, api, by.now);
    await trx.deleteFrom('apis').where('id', '=', api.id).execute();
    const { id: apiId, identifier } = api;
    await record(trx, by.actor, { type: 'api.deleted', apiId, identifier }, by.now);
  });
}

function setSuspension(
  db: Kysely<Tables>,
  id: string,
  suspension: { suspended_at: Date | null; suspended_reason: string | null; stopped_from_above: boolean },
): Promise<Api> {
  return db
    .updateTable('apis')
    .set((eb) => ({ ...suspension, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}
