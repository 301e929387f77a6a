import { createHash } from 'node:crypto';
import type { Db } from '../../db/connections/connection.ts';

/** Whether a sign-in for an app is still under way, to which somebody can go back. */
export async function isSignInOpen(db: Db, uid: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('artifacts')
    .select('model')
    .where('model', '=', 'Interaction')
    .where('id_hash', '=', createHash('sha256').update(uid).digest())
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}
