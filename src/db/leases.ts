import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from './connections/connection.ts';

/**
 * Runs `work` if no other process holds the lease; at most one runs at a time, and a crashed holder's lease ends by
 * itself after `seconds`, which must be longer than the work takes.
 * @returns whether the work ran here
 */
export async function withLease(
  db: Db,
  lease: { name: string; seconds: number; now: Date },
  work: () => Promise<void>,
): Promise<boolean> {
  const holder = randomUUID();
  const expiresAt = new Date(lease.now.getTime() + lease.seconds * 1000);
  const taken = await db
    .insertInto('leases')
    .values({ name: lease.name, holder, expires_at: expiresAt })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder, expires_at: expiresAt })
        .where(sql<Date>`leases.expires_at`, '<=', lease.now),
    )
    .returning('holder')
    .executeTakeFirst();
  if (!taken) return false;
  try {
    await work();
  } finally {
    await db.deleteFrom('leases').where('name', '=', lease.name).where('holder', '=', holder).execute();
  }
  return true;
}
