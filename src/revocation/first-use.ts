import { createHash } from 'node:crypto';
import type { Db } from '../db/connections/connection.ts';

/**
 * Notes that a value was used, for as long as it could be used again: one insert that conflicts, so that two at once
 * cannot both be first. @returns whether this was the first use
 */
export async function claimFirstUse(
  db: Db,
  use: { id: string; clientId: string | null; expiresAt: Date; now: Date },
): Promise<boolean> {
  const row = await db
    .insertInto('artifacts')
    .values({
      id_hash: createHash('sha256').update(use.id).digest(),
      model: 'ReplayDetection',
      client_id: use.clientId,
      payload: '{}',
      created_at: use.now,
      expires_at: use.expiresAt,
    })
    .onConflict((conflict) => conflict.columns(['id_hash', 'model']).doNothing())
    .returning('model')
    .executeTakeFirst();
  return row !== undefined;
}
