import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction, isUniqueViolation } from '../../db/transaction.ts';
import { requireVersion } from '../../db/versions.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { NewAccount } from '../accounts.ts';
import { changeProfile, ProfileChanges, refuseTakenUsername } from '../profile/fields.ts';
import { refuseProtectedName } from '../protected-names.ts';

const OwnProfile = z.object({ name: NewAccount.shape.name, ...ProfileChanges.shape });

/**
 * A person says who they are: their name, by the rules for a name that somebody joins with, and the rest of their profile.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request, conflict, precondition_failed
 */
export async function changeOwnProfile(
  db: Kysely<Tables>,
  input: z.input<typeof OwnProfile> & { accountId: string; version: number | undefined },
  by: By,
): Promise<void> {
  const { accountId, version } = input;
  authorizeFor(by, accountId, 'platform.write');
  const { name, ...wanted } = OwnProfile.parse(input);
  const update = inTransaction(db, async (trx) => {
    const before = await trx
      .selectFrom('accounts')
      .select(['name', 'profile', 'version'])
      .where('id', '=', accountId)
      .forUpdate()
      .executeTakeFirst();
    if (!before) throw new AppError('not_found', { detail: t('refusals.noAccount', { id: accountId }) });
    requireVersion({ id: accountId, version }, before);
    const { fields, columns } = changeProfile(before.profile, wanted, by);
    const isRenamed = before.name !== name;
    if (!isRenamed && fields.length === 0) return;
    if (isRenamed) await refuseProtectedName(trx, name, by);
    await trx
      .updateTable('accounts')
      .set({ name, ...columns, updated_at: by.now, version: before.version + 1 })
      .where('id', '=', accountId)
      .execute();
    const changed = [...(isRenamed ? ['name'] : []), ...fields];
    await record(trx, by.actor, { type: 'account.updated', accountId, fields: changed }, by.now);
  });
  await update.catch((error) => {
    if (isUniqueViolation(error)) refuseTakenUsername(error, wanted.preferred_username);
    throw error;
  });
}
