import { type Kysely, sql } from 'kysely';
import { authorize, type By } from '../access.ts';
import { requireHeldBy } from '../apis/admin-api-grants.ts';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { lockClient } from './find-clients.ts';

export interface Placement {
  readonly clientId: string;
  /** The id of the team that owns it from now on; null is the operator. */
  readonly team?: string | null | undefined;
  /** Whether people are not asked for consent. */
  readonly firstParty?: boolean | undefined;
}

/**
 * Sets which team owns an app, and whether it is first-party: for those who look after the platform. What is left out
 * stays.
 * @throws {AppError} not_found, forbidden
 */
export function placeClient(db: Kysely<Tables>, { clientId, team, firstParty }: Placement, by: By): Promise<void> {
  return inTransaction(db, async (trx) => {
    await lockClient(trx, clientId, by);
    authorize(by, 'platform.write', null, `There is no app ${clientId}.`);
    await requireHeldBy(trx, clientId, by);
    if (team) {
      const found = await trx.selectFrom('teams').select('id').where('id', '=', team).executeTakeFirst();
      if (!found) throw new AppError('not_found', { detail: `There is no team ${team}.` });
    }
    const placed = {
      ...(team === undefined ? {} : { team_id: team }),
      ...(firstParty === undefined ? {} : { first_party: firstParty }),
    };
    await trx
      .updateTable('clients')
      .set({ ...placed, updated_at: by.now, version: sql`version + 1` })
      .where('id', '=', clientId)
      .execute();
    await announceVersioned(trx, CLIENT_CACHE_TOPIC, by.now);
    const changed = [...(team === undefined ? [] : ['team']), ...(firstParty === undefined ? [] : ['firstParty'])];
    await record(trx, by.actor, { type: 'client.updated', clientId, changed }, by.now);
  });
}
