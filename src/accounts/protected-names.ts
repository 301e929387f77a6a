import { type By, isFromAbove } from '../access.ts';
import { findBrandName } from '../branding/branding.ts';
import type { Db } from '../db/connections/connection.ts';
import { AppError } from '../errors.ts';
import { passesForProtected } from '../names/look-alikes.ts';
import { t } from '../texts/texts.ts';

const KEY = 'protected-names';
const PRODUCT = 'Latchkey';

/** Notes the names that nobody but those who look after the platform gives: the product's, the server's host, and these. */
export async function keepProtectedNames(
  db: Db,
  { issuer, names }: { issuer: string; names: readonly string[] },
  now: Date,
): Promise<void> {
  const { hostname } = new URL(issuer);
  // A name without a dot, or an IP address, is no name to protect.
  const host = /[a-z].*\./.test(hostname) ? [hostname] : [];
  const value = JSON.stringify([PRODUCT, ...host, ...names]);
  await db
    .insertInto('settings')
    .values({ key: KEY, value, updated_at: now })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: now }))
    .execute();
}

/** The names of the installation: the product's, its host's, those that the operator keeps, and that of its brand. */
export async function findKeptNames(db: Db): Promise<string[]> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst();
  return [...((row?.value as string[] | undefined) ?? [PRODUCT]), await findBrandName(db)];
}

/** @throws {AppError} invalid_request for a name that passes for one that the operator keeps */
export async function refuseProtectedName(db: Db, name: string, by: By): Promise<void> {
  if (isFromAbove(by)) return;
  if (!passesForProtected(name, await findKeptNames(db))) return;
  throw new AppError('invalid_request', {
    detail: t('refusals.protectedName'),
  });
}
