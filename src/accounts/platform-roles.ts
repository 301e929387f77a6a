import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';

export const PlatformRole = z.enum(['admin', 'auditor', 'none'], { error: () => t('refusals.choosePlatformRole') });

/**
 * Says what a person may do beyond their teams.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict for the last admin, precondition_failed
 */
export async function setPlatformRole(
  db: Kysely<Tables>,
  input: { accountId: string; role: string; version?: number | undefined },
  by: By,
): Promise<void> {
  const { accountId } = input;
  const missing = t('refusals.noAccount', { id: accountId });
  authorize(by, 'platform.write', null, missing);
  const wanted = PlatformRole.parse(input.role);
  const role = wanted === 'none' ? null : wanted;
  return inTransaction(db, async (trx) => {
    const account = await trx
      .selectFrom('accounts')
      .select(['platform_role', 'version'])
      .where('id', '=', accountId)
      .forUpdate()
      .executeTakeFirst();
    if (!account) throw new AppError('not_found', { detail: missing });
    if ((input.version ?? account.version) !== account.version) throw new AppError('precondition_failed');
    if (account.platform_role === role) return;
    if (role !== 'admin') await requireAnotherAdmin(trx, accountId, by);
    await trx
      .updateTable('accounts')
      .set({ platform_role: role, version: account.version + 1, updated_at: by.now })
      .where('id', '=', accountId)
      .execute();
    await record(trx, by.actor, { type: 'account.platform_role_changed', accountId, role }, by.now);
  });
}

/**
 * Requires another administrator than this person. The command line may remove the last one, because it can make the
 * next. The rows are locked in one order, so that of two admins who demote each other one fails.
 * @throws {AppError} conflict
 */
export async function requireAnotherAdmin(db: Db, accountId: string, by: By): Promise<void> {
  if (by.actor.type === 'operator') return;
  const admins = await db
    .selectFrom('accounts')
    .select('id')
    .where('platform_role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  const isOne = admins.some(({ id }) => id === accountId);
  if (!isOne || admins.length > 1) return;
  throw new AppError('conflict', { detail: t('refusals.lastAdmin') });
}
