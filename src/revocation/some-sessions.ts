import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';

/** Which sessions of a person end, by the hashes of a sign-in and of a session of the portal. */
export interface Chosen {
  readonly end: 'these' | 'others';
  readonly signIn: Uint8Array | null;
  readonly portal: Uint8Array | null;
}

/** A hash that belongs to nothing. */
const NOTHING = createHash('sha256').update('').digest();

/**
 * Ends some sessions of a person and leaves the others, in the caller's transaction. The epoch of the person's sign-ins goes up, so
 * that what a request under way writes for a session that has ended is dead; what stays is lifted to the new epoch.
 * @returns whether there was one to end
 */
export async function endSomeSessions(trx: Db, accountId: string, { end, signIn, portal }: Chosen): Promise<boolean> {
  const account = await trx
    .updateTable('accounts')
    .set((eb) => ({ sign_in_epoch: eb('sign_in_epoch', '+', 1) }))
    .where('id', '=', accountId)
    .returning('sign_in_epoch')
    .executeTakeFirst();
  if (!account) return false;
  const { sign_in_epoch: epoch } = account;
  const [ofSignIn, ofPortal] = [signIn ?? NOTHING, portal ?? NOTHING];
  const is = sql.raw(end === 'these' ? '' : 'not');
  const sessions = await sql`delete from artifacts where account_id = ${accountId}
    and (model in ('Session', 'Interaction') and ${is} coalesce(uid_hash = ${ofSignIn}, false)
      or model in ('AuthorizationCode', 'DeviceCode')
        and ${is} coalesce(sha256(convert_to(payload ->> 'sessionUid', 'UTF8')) = ${ofSignIn}, false))
    returning model`.execute(trx);
  // A session of the portal ends with its sign-in; of the others none stays, whatever it comes from.
  const named =
    end === 'these'
      ? sql`(id_hash = ${ofPortal} or coalesce(sign_in_hash = ${ofSignIn}, false))`
      : sql`id_hash = ${ofPortal}`;
  const visits = await sql`delete from portal_sessions where account_id = ${accountId} and ${is} ${named}
    returning id_hash`.execute(trx);
  for (const table of ['artifacts', 'portal_sessions'] as const) {
    await trx
      .updateTable(table)
      .set({ sign_in_epoch: epoch })
      .where('account_id', '=', accountId)
      .where('sign_in_epoch', '=', epoch - 1)
      .execute();
  }
  return sessions.rows.length + visits.rows.length > 0;
}
