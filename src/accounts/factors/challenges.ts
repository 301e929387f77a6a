import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../../db/connections/connection.ts';

/** So long a person may take to find their key. */
const SECONDS = 300;

export const hashOf = (value: string) => createHash('sha256').update(value).digest();

/**
 * Something to sign, for one visit: the one from before is no good any more.
 * @param visit what only this browser has
 */
export async function newChallenge(db: Db, visit: string, now: Date): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = new Uint8Array(randomBytes(32));
  const row = {
    challenge_hash: hashOf(Buffer.from(challenge).toString('base64url')),
    expires_at: new Date(now.getTime() + SECONDS * 1000),
  };
  await db
    .insertInto('passkey_challenges')
    .values({ visit_hash: hashOf(visit), ...row })
    .onConflict((conflict) => conflict.column('visit_hash').doUpdateSet(row))
    .execute();
  return challenge;
}

/** Uses it up. @returns whether it was this visit's, and still good */
export async function spendChallenge(trx: Db, visit: string, challenge: string, now: Date): Promise<boolean> {
  const spent = await trx
    .deleteFrom('passkey_challenges')
    .where('visit_hash', '=', hashOf(visit))
    .where('challenge_hash', '=', hashOf(challenge))
    .where('expires_at', '>', now)
    .returning('visit_hash')
    .executeTakeFirst();
  return spent !== undefined;
}

export async function deleteExpiredChallenges(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('passkey_challenges').select('visit_hash').where('expires_at', '<', now).limit(batch);
  const result = await db.deleteFrom('passkey_challenges').where('visit_hash', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
