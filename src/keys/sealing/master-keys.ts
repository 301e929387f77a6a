import { type Kysely, sql } from 'kysely';
import type { Actor } from '../../audit/events.ts';
import { record } from '../../audit/record.ts';
import type { MasterKey } from '../../config.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { SEALED, type SealedColumn } from './contexts.ts';
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
  for (const column of SEALED) {
    for (let count = BATCH; count === BATCH; sealed += count) count = await reseal(db, masterKeys, first.id, column);
  }
  await record(db, by.actor, { type: 'master_key.rotated', sealed, masterKeyId: first.id }, by.now);
  return { sealed, masterKeyId: first.id };
}

/** One batch of one column. The rows are locked meanwhile, so that no change to them is lost. */
async function reseal(
  db: Kysely<Tables>,
  masterKeys: readonly MasterKey[],
  firstId: string,
  { table, id, column, context }: SealedColumn,
): Promise<number> {
  const [from, key, sealed] = [sql.table(table), sql.ref(id), sql.ref(column)];
  return inTransaction(db, async (trx) => {
    const { rows } = await sql<{ key: string; old: string }>`
      select ${key} as key, ${sealed} as old from ${from}
      where ${sealed} is not null and ${sealed} not like ${`${firstId}.%`}
      limit ${BATCH} for update`.execute(trx);
    for (const { key: row, old } of rows) {
      const anew = seal(masterKeys, context(row), unseal(masterKeys, context(row), old));
      await sql`update ${from} set ${sealed} = ${anew} where ${key} = ${row}`.execute(trx);
    }
    return rows.length;
  });
}
