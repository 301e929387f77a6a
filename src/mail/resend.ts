import type { Kysely } from 'kysely';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { giveUpAt } from './outbox.ts';

/** One mail that was not sent, those of several that were not, or all that were refused or given up. */
export type Unsent = { readonly id: string } | { readonly ids: readonly string[] } | 'failed';

/**
 * Sends mail again that was refused, given up or waits: it is due now, and tried for as long as a new one. Mail that was
 * sent is not. @returns how many @throws {AppError} not_found, forbidden, conflict for one that was sent
 */
export function resendMail(db: Kysely<Tables>, which: Unsent, by: By): Promise<number> {
  authorize(by, 'platform.write', null);
  return inTransaction(db, async (trx) => {
    const fresh = { failed_at: null, attempts: 0, next_attempt_at: by.now, give_up_at: giveUpAt(by.now) };
    const unsent = trx.updateTable('mail_outbox').set(fresh).where('sent_at', 'is', null);
    const chosen =
      which === 'failed'
        ? unsent.where((eb) => eb.or([eb('failed_at', 'is not', null), eb('give_up_at', '<=', by.now)]))
        : unsent.where('id', 'in', 'ids' in which ? (which.ids.length > 0 ? [...which.ids] : ['']) : [which.id]);
    const again = await chosen.returning('id').execute();
    if (typeof which === 'object' && 'id' in which && again.length === 0) throw await refusal(trx, which.id);
    await record(
      trx,
      by.actor,
      again.map(({ id }) => ({ type: 'mail.resent' as const, mailId: id })),
      by.now,
    );
    return again.length;
  });
}

async function refusal(db: Kysely<Tables>, id: string): Promise<AppError> {
  const mail = await db.selectFrom('mail_outbox').select('id').where('id', '=', id).executeTakeFirst();
  if (!mail) return new AppError('not_found', { detail: t('refusals.noSuchMail') });
  return new AppError('conflict', { detail: t('refusals.mailSent') });
}
