import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/**
 * Settles what the removal of a secret means for those that it was to replace. If it has a successor, the successor
 * replaces them instead. If it has none and nobody has used it, they end when they would have ended without it, so that
 * the app keeps a working secret. In the transaction that removes it, while the app is held.
 */
export async function handOn(db: Db, secretId: string, now: Date): Promise<void> {
  await sql`
    update client_secrets older set ends_for = removed.ends_for
    from client_secrets removed
    where removed.id = ${secretId} and older.ends_for = removed.id and removed.ends_for is not null`.execute(db);
  await sql`
    update client_secrets older set successor_id = coalesce(removed.successor_id, removed.ends_for)
    from client_secrets removed
    where removed.id = ${secretId} and older.successor_id = removed.id`.execute(db);
  await sql`
    update client_secrets older
    set successor_id = removed.successor_id, expires_at = older.settled_end, ends_for = null, settled_end = null
    from client_secrets removed
    where removed.id = ${secretId} and older.ends_for = removed.id and removed.ends_for is null
      and removed.first_used_at is null and older.expires_at > ${now}`.execute(db);
}
