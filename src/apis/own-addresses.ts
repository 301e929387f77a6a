import { type By, isFromAbove } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { ADMIN_API } from './admin-api.ts';

/** Whatever the scheme. */
const hostOf = (address: string) => URL.parse(address)?.host ?? '';

/**
 * An API under the server's own address passes for one of the operator's, and takes an audience that a later version of the
 * server may give a meaning: only those who look after the platform make one.
 * @throws {AppError} invalid_request
 */
export async function refuseOwnAddress(db: Db, identifier: string, by: By): Promise<void> {
  if (isFromAbove(by)) return;
  const own = await db.selectFrom('apis').select('identifier').where('id', '=', ADMIN_API).executeTakeFirst();
  const host = hostOf(own?.identifier ?? '');
  if (host === '' || hostOf(identifier) !== host) return;
  throw new AppError('invalid_request', {
    detail: t('refusals.ownAddress'),
  });
}
