import type { Kysely } from 'kysely';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import { findBrandName } from '../../branding/branding.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Mail, Outbox } from '../../mail/outbox.ts';
import { inMinute } from '../../texts/moments.ts';
import { inLanguage } from '../../texts/speech.ts';
import { t } from '../../texts/texts.ts';
import { setPassword } from '../lifecycle.ts';
import { hashPassword, verifyPassword } from '../passwords.ts';
import { preferencesOf } from '../preferences.ts';
import { judgePassword } from '../strength/judge.ts';

interface Change {
  /** As it was read: when it has changed since, nothing is done. */
  readonly account: Account;
  readonly current: string;
  readonly password: string;
}

export type ChangeVerdict =
  /** `epoch` is that of sign-ins from now on. */
  | { readonly ok: true; readonly epoch: number }
  | { readonly ok: false; readonly field: 'current' | 'password'; readonly problem: string };

/**
 * A person changes their own password: it ends all their sessions, refresh tokens and access tokens, and they get a mail. Of
 * two changes at once with the same present password one is done.
 * @throws {AppError} not_found, forbidden, precondition_failed
 */
export async function changeOwnPassword(
  db: Kysely<Tables>,
  outbox: Outbox,
  { account, current, password }: Change,
  by: By,
): Promise<ChangeVerdict> {
  authorizeFor(by, account.id, 'platform.write');
  if (!(await verifyPassword(account.password_hash, current))) {
    await record(db, by.actor, { type: 'account.password_refused', accountId: account.id }, by.now);
    return { ok: false, field: 'current', problem: t('account.currentWrong') };
  }
  const problem = current === password ? t('account.samePassword') : await judgePassword(db, password, account);
  if (problem) return { ok: false, field: 'password', problem };
  const passwordHash = await hashPassword(password);
  const epoch = await inTransaction(db, async (trx) => {
    const target = { id: account.id, version: account.version };
    const signIns = await setPassword(trx, { target, passwordHash }, by);
    await outbox.put(
      trx,
      [passwordNotice(account, { issuer: outbox.issuer, brand: await findBrandName(trx), by: 'themselves' }, by.now)],
      by.now,
    );
    return signIns;
  });
  return { ok: true, epoch };
}

/** Whoever has taken over an account changes its password; the person hears of it by another way. */
export function passwordNotice(
  account: Account,
  { issuer, brand, by }: { issuer: string; brand: string; by: 'themselves' | 'link' },
  now: Date,
): Mail {
  const { language = 'en', timeZone = 'UTC' } = preferencesOf(account);
  return inLanguage(language, timeZone, () => ({
    to: account.email,
    subject: t('mail.passwordSubject', { brand }),
    text: `${[t('mail.passwordChanged', { issuer, moment: inMinute(now) }), by === 'link' ? t('mail.passwordEndsAll') : t('mail.passwordEnds'), t('mail.notYou')].join('\n\n')}\n`,
  }));
}
