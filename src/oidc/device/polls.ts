import { sql } from 'kysely';
import { errors } from 'oidc-provider';
import type { Db } from '../../db/connections/connection.ts';
import { DEVICE_CODE_GRANT } from '../../tokens/grant-types.ts';
import { hashOf } from '../../tokens/storage/artifacts.ts';
import type { GrantWrapper } from '../middleware.ts';

/** Seconds between two polls at first, and what is added each time when a device asks earlier (RFC 8628 §3.2, §3.5). */
export const POLL_INTERVAL = 5;
const SLOWER_BY = 5;

/** Milliseconds by which a poll may be early: one request is faster on its way than the one before. */
const LEEWAY = 500;

/** Lets a device poll no faster than it was told to, whichever process it asks. */
export function pacePolls(exchange: GrantWrapper, db: Db, clock: () => Date): GrantWrapper {
  return async (grantType, ctx, handler) => {
    try {
      await exchange(grantType, ctx, handler);
    } catch (error) {
      // slow_down replaces authorization_pending; a device whose person has decided gets its answer at once.
      if (grantType !== DEVICE_CODE_GRANT || !(error instanceof errors.AuthorizationPending)) throw error;
      if (await acceptPoll(db, String(ctx.oidc.params?.device_code), clock())) throw error;
      throw new errors.SlowDown();
    }
  };
}

/** @returns whether the poll came in time; if not, the device has to wait longer from now on */
async function acceptPoll(db: Db, deviceCode: string, now: Date): Promise<boolean> {
  const latest = new Date(now.getTime() + LEEWAY);
  const { numUpdatedRows: inTime } = await ofCode(db, deviceCode)
    .set({ next_poll_at: sql<Date>`${now}::timestamptz + poll_interval * interval '1 second'` })
    .where((eb) => eb.or([eb('next_poll_at', 'is', null), eb('next_poll_at', '<=', latest)]))
    .executeTakeFirst();
  if (inTime > 0) return true;
  await ofCode(db, deviceCode)
    .set({
      poll_interval: sql<number>`poll_interval + ${SLOWER_BY}::int`,
      next_poll_at: sql<Date>`${now}::timestamptz + (poll_interval + ${SLOWER_BY}::int) * interval '1 second'`,
    })
    .execute();
  return false;
}

const ofCode = (db: Db, deviceCode: string) =>
  db.updateTable('artifacts').where('id_hash', '=', hashOf(deviceCode)).where('model', '=', 'DeviceCode');
