import { findBrandName } from '../../branding/branding.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Account } from '../../db/tables/tables.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { inMinute } from '../../texts/moments.ts';
import { inLanguage } from '../../texts/speech.ts';
import { t } from '../../texts/texts.ts';
import { preferencesOf } from '../preferences.ts';

/** What a person hears of by mail: whoever has taken over an account changes these first. */
export type FactorNotice =
  | 'totp_added'
  | 'totp_removed'
  | 'passkey_added'
  | 'passkey_removed'
  | 'recovery_codes_made'
  | 'recovery_code_used';

/** Queues the mail, in the transaction of the change. */
export async function tellOfFactor(
  trx: Db,
  outbox: Outbox,
  account: Pick<Account, 'email' | 'language' | 'time_zone'>,
  { what, now, left }: { what: FactorNotice; now: Date; left?: number },
): Promise<void> {
  const brand = await findBrandName(trx);
  const { language = 'en', timeZone = 'UTC' } = preferencesOf(account);
  const mail = inLanguage(language, timeZone, () => ({
    to: account.email,
    subject: t('factors.mailSubject', { brand }),
    text: `${[
      t(`factors.mail_${what}`, { issuer: outbox.issuer, moment: inMinute(now) }),
      ...codesLeft(left),
      t('mail.notYou'),
    ].join('\n\n')}\n`,
    language,
  }));
  await outbox.put(trx, [mail], now);
}

const codesLeft = (left: number | undefined) => (left === undefined ? [] : [t('factors.mailCodesLeft', { left })]);
