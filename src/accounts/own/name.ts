import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { requireVersion } from '../../db/versions.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import { NewAccount } from '../accounts.ts';
import { refuseProtectedName } from '../protected-names.ts';

const OwnName = z.object({ name: NewAccount.shape.name });

/**
 * A person gives themselves another name, by the rules for a name that somebody joins with.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request, precondition_failed
 */
export async function changeOwnName(
  db: Kysely<Tables>,
  input: { accountId: string; name: string; version: number | undefined },
  by: By,
): Promise<void> {
  const { accountId, version } = input;
  authorizeFor(by, accountId, 'platform.write');
  const { name } = OwnName.parse(input);
  await inTransaction(db, async (trx) => {
    const before = await trx
      .selectFrom('accounts')
      .select(['name', 'version'])
      .where('id', '=', accountId)
      .forUpdate()
      .executeTakeFirst();
    if (!before) throw new AppError('not_found', { detail: t('refusals.noAccount', { id: accountId }) });
    requireVersion({ id: accountId, version }, before);
    if (before.name === name) return;
    await refuseProtectedName(trx, name, by);
    await trx
      .updateTable('accounts')
      .set({ name, updated_at: by.now, version: before.version + 1 })
      .where('id', '=', accountId)
      .execute();
    await record(trx, by.actor, { type: 'account.updated', accountId, fields: ['name'] }, by.now);
  });
}
