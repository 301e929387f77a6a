import type { ExpressionBuilder, NotNull } from 'kysely';
import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { revokeAll } from './revoke.ts';

/** An epoch of which older grants are still there. */
interface Raised {
  readonly account_id: string;
  readonly client_id: string;
  readonly epoch: number;
}

/** Grants are taken up so many at a time, each with all that it has given out. */
const GRANTS = 100;

/**
 * Removes up to `batch` rows of grants that have ended with their epoch (epochs.ts), with what they have given out. They
 * were good for nothing before. @returns how many; fewer than `batch` means that none are left
 */
export async function deleteEndedGrants(db: Db, batch: number): Promise<number> {
  let removed = 0;
  while (removed < batch) {
    const raised = await findRaised(db);
    if (!raised) break;
    const grants = await findGrants(db, raised);
    if (grants.length === 0) await noteCleaned(db, raised);
    else removed += await deleteGrants(db, grants, { raised, most: batch - removed });
  }
  return removed;
}

function findRaised(db: Db): Promise<Raised | undefined> {
  return db
    .selectFrom('epochs')
    .select(['account_id', 'client_id', 'epoch'])
    .where('account_id', 'is not', null)
    .$narrowType<{ account_id: NotNull; client_id: NotNull }>()
    .where('cleaned', '<', sql.ref<number>('epoch'))
    .orderBy('client_id')
    .limit(1)
    .executeTakeFirst();
}

async function findGrants(db: Db, { account_id: accountId, client_id: clientId, epoch }: Raised): Promise<string[]> {
  const ofConsent = ({ and, eb }: ExpressionBuilder<Tables, 'artifacts'>) =>
    and([eb('account_id', '=', accountId), eb('consent_epoch', '<', epoch)]);
  const rows = await db
    .selectFrom('artifacts')
    .select('grant_id')
    .where('model', '=', 'Grant')
    .where('consumed_at', 'is', null)
    .where('client_id', '=', clientId)
    .where((eb) => (accountId === '' ? eb('client_epoch', '<', epoch) : ofConsent(eb)))
    .limit(GRANTS)
    .execute();
  return rows.flatMap(({ grant_id: grantId }) => grantId ?? []);
}

/** The grants go last, for what they have given out is found by them. @returns how many rows, `most` at most */
async function deleteGrants(
  db: Db,
  grants: readonly string[],
  { raised, most }: { raised: Raised; most: number },
): Promise<number> {
  const given = await deleteSome(db, grants, '<>', most);
  if (given === most) return given;
  // A grant that was written while the consent was withdrawn is not among those that were named then.
  if (raised.account_id !== '')
    await revokeAll(
      db,
      grants.map((grantId) => ({ ...WITHDRAWN, value: grantId, clientId: raised.client_id })),
    );
  return given + (await deleteSome(db, grants, '=', most - given));
}

const WITHDRAWN = { kind: 'grant', reason: 'consent withdrawn' } as const;

async function deleteSome(db: Db, grants: readonly string[], isGrant: '=' | '<>', most: number): Promise<number> {
  const some = db
    .selectFrom('artifacts')
    .select(['id_hash', 'model'])
    .where('grant_id', 'in', grants)
    .where('model', isGrant, 'Grant')
    .limit(most);
  const result = await db.deleteFrom('artifacts').where(sql<boolean>`(id_hash, model) in ${some}`).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Unless it was raised again meanwhile. */
async function noteCleaned(db: Db, { account_id, client_id, epoch }: Raised): Promise<void> {
  await db
    .updateTable('epochs')
    .set({ cleaned: epoch })
    .where('account_id', '=', account_id)
    .where('client_id', '=', client_id)
    .execute();
}
