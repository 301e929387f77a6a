import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/** Deletes up to `batch` artifacts that have expired. @returns how many; fewer than `batch` means that none are left */
export async function deleteExpiredArtifacts(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db
    .selectFrom('artifacts')
    .select(['id_hash', 'model'])
    .where('expires_at', '<', now)
    .orderBy('expires_at')
    .limit(batch);
  const result = await db
    .deleteFrom('artifacts')
    .where(sql<boolean>`(id_hash, model) in ${expired}`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function deleteExpiredRetries(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('refresh_retries').select('token_hash').where('expires_at', '<', now).limit(batch);
  const result = await db.deleteFrom('refresh_retries').where('token_hash', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
