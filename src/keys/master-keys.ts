import type { Kysely } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { MasterKey } from '../config.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { sealContext } from './database-signer.ts';
import { seal, unseal } from './seal.ts';

const BATCH = 50;

/**
 * Seals anew, under the first master key, everything that is sealed under another: in batches, while servers run that
 * know both. Afterwards the old keys can leave the list. Safe to repeat. @returns how many values were sealed anew
 */
export async function rotateMasterKey(
  db: Kysely<Tables>,
  masterKeys: readonly MasterKey[],
  by: { actor: Actor; now: Date },
): Promise<{ sealed: number; masterKeyId: string }> {
  const first = masterKeys[0];
  if (!first) throw new Error('no master key to seal with');
  let sealed = 0;
  for (let count = BATCH; count === BATCH; sealed += count) count = await resealSigningKeys(db, masterKeys, first.id);
  await record(db, by.actor, { type: 'master_key.rotated', sealed, masterKeyId: first.id }, by.now);
  return { sealed, masterKeyId: first.id };
}

async function resealSigningKeys(
  db: Kysely<Tables>,
  masterKeys: readonly MasterKey[],
  firstId: string,
): Promise<number> {
  return inTransaction(db, async (trx) => {
    const rows = await trx
      .selectFrom('signing_keys')
      .select(['kid', 'sealed_private_jwk'])
      .where('sealed_private_jwk', 'is not', null)
      .where('sealed_private_jwk', 'not like', `${firstId}.%`)
      .limit(BATCH)
      .forUpdate()
      .execute();
    for (const { kid, sealed_private_jwk: old } of rows) {
      const anew = seal(masterKeys, sealContext(kid), unseal(masterKeys, sealContext(kid), old ?? ''));
      await trx.updateTable('signing_keys').set({ sealed_private_jwk: anew }).where('kid', '=', kid).execute();
    }
    return rows.length;
  });
}
