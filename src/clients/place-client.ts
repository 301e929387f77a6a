import { type Kysely, sql } from 'kysely';
import { authorize, type By } from '../access.ts';
import { requireHeldBy } from '../apis/admin-api-grants.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { lockClient } from './find-clients.ts';

/**
 * Sets which team owns an app: for those who look after the platform. null is the operator.
 * @throws {AppError} not_found, forbidden
 */
export function placeClient(
  db: Kysely<Tables>,
  { clientId, team }: { readonly clientId: string; readonly team: string | null },
  by: By,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    await lockClient(trx, clientId, by);
    authorize(by, 'platform.write', null, t('refusals.noApp', { id: clientId }));
    await requireHeldBy(trx, clientId, by);
    if (team) {
      const found = await trx.selectFrom('teams').select('id').where('id', '=', team).executeTakeFirst();
      if (!found) throw new AppError('not_found', { detail: t('refusals.noTeam', { id: team }) });
    }
    await trx
      .updateTable('clients')
      .set({ team_id: team, updated_at: by.now, version: sql`version + 1` })
      .where('id', '=', clientId)
      .execute();
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.updated', clientId, changed: ['team'] }, by.now);
  });
}
