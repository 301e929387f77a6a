import { type Kysely, sql } from 'kysely';
import { authorizeStart, type By, isFromAbove } from '../access.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { idOf, requireVersion, type Target } from '../db/versions.ts';
import { readReason } from '../names/reason.ts';
import { revoke } from '../revocation/revoke.ts';
import { lockClient } from './find-clients.ts';

interface Ending {
  readonly clientId: string;
  readonly reason: string;
  readonly version?: number | undefined;
}

/** Stops an app: its next request fails, and every token that it holds is refused. @throws {ZodError} @throws {AppError} not_found, forbidden, precondition_failed */
export async function disableClient(db: Kysely<Tables>, input: Ending, by: By): Promise<void> {
  const { clientId, version } = input;
  const reason = readReason(input);
  return inTransaction(db, async (trx) => {
    const before = await lockVersion(trx, { id: clientId, version }, by);
    const fromAbove = before.stopped_from_above || isFromAbove(by);
    const stop = { disabled_at: by.now, disabled_reason: reason, stopped_from_above: fromAbove };
    await trx
      .updateTable('clients')
      .set({ ...stop, updated_at: by.now, version: sql`version + 1` })
      .where('id', '=', clientId)
      .execute();
    await endTokens(trx, clientId, reason, by);
    await record(trx, by.actor, { type: 'client.disabled', clientId, reason }, by.now);
  });
}

/** Lets an app start anew. Tokens from before stay refused. @throws {AppError} not_found, forbidden, precondition_failed */
export function enableClient(db: Kysely<Tables>, target: Target, by: By): Promise<void> {
  const clientId = idOf(target);
  return inTransaction(db, async (trx) => {
    authorizeStart(by, await lockVersion(trx, target, by));
    const start = { disabled_at: null, disabled_reason: null, stopped_from_above: false };
    await trx
      .updateTable('clients')
      .set({ ...start, updated_at: by.now, version: sql`version + 1` })
      .where('id', '=', clientId)
      .execute();
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.enabled', clientId }, by.now);
  });
}

/**
 * Removes an app with its secrets, subscriptions and consents; its tokens are refused as when it is disabled. What it did
 * stays in the audit trail and in the usage figures. @throws {AppError} not_found, forbidden, precondition_failed
 */
export function deleteClient(
  db: Kysely<Tables>,
  { clientId, version }: Pick<Ending, 'clientId' | 'version'>,
  by: By,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const { name } = await lockVersion(trx, { id: clientId, version }, by);
    await endTokens(trx, clientId, 'app deleted', by);
    await trx.deleteFrom('clients').where('id', '=', clientId).execute();
    await record(trx, by.actor, { type: 'client.deleted', clientId, name }, by.now);
  });
}

async function lockVersion(db: Db, target: Target, by: By) {
  const client = await lockClient(db, idOf(target), by);
  requireVersion(target, client);
  return client;
}

/** However many there are: their rows go later (revocation/ended-grants.ts). */
async function endTokens(db: Db, clientId: string, reason: string, by: By): Promise<void> {
  await revoke(db, { kind: 'client', value: clientId, reason });
  await announceVersioned(db, CLIENT_CACHE_TOPIC, by.now);
}
