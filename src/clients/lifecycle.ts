import type { Kysely } from 'kysely';
import { CATALOG_TOPIC } from '../apis/catalog-topic.ts';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import { announceVersioned } from '../db/changes.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { endTokensOfClient } from '../revocation/artifacts.ts';
import { revoke } from '../revocation/revoke.ts';

/** Stops an app: its next request fails, and every token that it holds is refused. @throws {AppError} not_found */
export function disableClient(
  db: Kysely<Tables>,
  { clientId, reason }: { clientId: string; reason: string },
  by: { actor: Actor; now: Date },
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const changed = await trx
      .updateTable('clients')
      .set({ disabled_at: by.now })
      .where('id', '=', clientId)
      .returning('id')
      .executeTakeFirst();
    if (!changed) throw new AppError('not_found', { detail: `There is no app ${clientId}.` });
    await endTokensOfClient(trx, clientId);
    await revoke(trx, { kind: 'client', value: clientId, reason }, { now: by.now });
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.disabled', clientId, reason }, by.now);
  });
}

/** Lets an app start anew. Tokens from before stay refused. @throws {AppError} not_found */
export function enableClient(db: Kysely<Tables>, clientId: string, by: { actor: Actor; now: Date }): Promise<void> {
  return inTransaction(db, async (trx) => {
    const changed = await trx
      .updateTable('clients')
      .set({ disabled_at: null })
      .where('id', '=', clientId)
      .returning('id')
      .executeTakeFirst();
    if (!changed) throw new AppError('not_found', { detail: `There is no app ${clientId}.` });
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.enabled', clientId }, by.now);
  });
}
