import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/**
 * What a secret leaves behind that is about to be removed. Where it has a successor of its own, that one takes its place for
 * those that it was to replace. Where it has none and nobody ever used it, they end when they would have without it, so
 * that the app is not left with nothing. In the transaction that removes it, while the app is held.
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
