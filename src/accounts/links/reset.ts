import type { Kysely } from 'kysely';
import { authorize, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import { findBrandName } from '../../branding/branding.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { emailKey } from '../../names/addresses.ts';
import { t } from '../../texts/texts.ts';
import { setPassword } from '../lifecycle.ts';
import { passwordNotice } from '../own/password.ts';
import { hashPassword, verifyPassword } from '../passwords.ts';
import { judgePassword } from '../strength/judge.ts';
import { linkMail } from './link-mail.ts';
import { findLink, linkTo, makeLink, spendLink } from './links.ts';

/** Where links come from that nobody asked an administrator for. */
type Visitor = Omit<By, 'access'>;

/**
 * Sends a link for a new password, if somebody has this address. For any other address it does the same work: it makes a link that
 * opens nothing, and seals a mail that it takes back. So neither the answer nor its time tells whether there is an account.
 */
export async function askForReset(db: Kysely<Tables>, outbox: Outbox, email: string, by: Visitor): Promise<void> {
  await inTransaction(db, async (trx) => {
    const account = await trx
      .selectFrom('accounts')
      .selectAll()
      .where('email_key', '=', emailKey(email))
      .where('disabled_at', 'is', null)
      .executeTakeFirst();
    const link = await makeLink(trx, { kind: 'reset', email: account?.email ?? email, accountId: account?.id }, by.now);
    const brand = await findBrandName(trx);
    const mail = linkMail({ kind: 'reset', link, to: account ?? email, issuer: outbox.issuer, brand });
    const ids = await outbox.put(trx, [mail], by.now);
    await trx
      .deleteFrom('mail_outbox')
      .where('id', 'in', account ? ['none'] : ids)
      .execute();
    await record(trx, by.actor, { type: 'account.reset_asked', ...(account && { accountId: account.id }) }, by.now);
  });
}

/**
 * An administrator makes a link for a new password: to be sent by mail, or to be handed over where there is none. The password
 * stays until the link is used. @returns the link, where it is handed over @throws {AppError} not_found, forbidden, conflict
 */
export async function giveReset(
  db: Kysely<Tables>,
  outbox: Outbox,
  { accountId, byMail }: { accountId: string; byMail: boolean },
  by: By,
): Promise<{ url?: string; ends: Date }> {
  const missing = t('refusals.noAccount', { id: accountId });
  authorize(by, 'platform.write', null, missing);
  return inTransaction(db, async (trx) => {
    const account = await trx.selectFrom('accounts').selectAll().where('id', '=', accountId).executeTakeFirst();
    if (!account) throw new AppError('not_found', { detail: missing });
    if (account.disabled_at) throw new AppError('conflict', { detail: t('links.stopped') });
    const wanted = { kind: 'reset', email: account.email, accountId, byMail, handedOver: !byMail } as const;
    const link = await makeLink(trx, wanted, by.now);
    await record(trx, by.actor, { type: 'account.reset_given', accountId, how: byMail ? 'mail' : 'by_hand' }, by.now);
    if (!byMail) return { url: linkTo(outbox.issuer, 'reset', link.code), ends: link.ends };
    const brand = await findBrandName(trx);
    const mail = linkMail({ kind: 'reset', link, to: account, issuer: outbox.issuer, brand });
    await outbox.put(trx, [mail], by.now);
    return { ends: link.ends };
  });
}

/** Whose password a link is for; undefined when it opens nothing. */
export async function findResetting(db: Kysely<Tables>, code: string, now: Date): Promise<Account | undefined> {
  const link = await findLink(db, 'reset', code, now);
  if (!link?.account_id) return undefined;
  const account = db.selectFrom('accounts').selectAll().where('id', '=', link.account_id);
  return account.where('disabled_at', 'is', null).executeTakeFirst();
}

/**
 * Sets the password that somebody chose by a link, and tells the person by mail. Sessions, refresh tokens and access tokens from
 * before end; nobody is signed in by it, so a second factor is asked for as ever.
 * @returns whose it was @throws {AppError} not_found for a link that opens nothing, or that another request has just used;
 * invalid_request for a password that is refused, which leaves the link as it was
 */
export async function resetPassword(
  db: Kysely<Tables>,
  outbox: Outbox,
  { code, password }: { code: string; password: string },
  by: Visitor,
): Promise<Account> {
  const account = await findResetting(db, code, by.now);
  if (!account) throw new AppError('not_found', { detail: t('links.unknown') });
  // Whoever is asked for another password gives another one.
  const isSame = account.new_password_since && (await verifyPassword(account.password_hash, password));
  const problem = isSame ? t('account.samePassword') : await judgePassword(db, password, account);
  if (problem) throw new AppError('invalid_request', { detail: problem });
  const passwordHash = await hashPassword(password);
  await inTransaction(db, async (trx) => {
    const link = await spendLink(trx, 'reset', code, by.now);
    if (link?.account_id !== account.id) throw new AppError('not_found', { detail: t('links.unknown') });
    await setPassword(trx, { target: account.id, passwordHash }, { ...by, actor: { ...by.actor, id: account.id } });
    if (link.by_mail) {
      // Whoever has the mail has the address, as long as that is still the person's.
      await trx
        .updateTable('accounts')
        .set({ email_verified_at: by.now })
        .where('id', '=', account.id)
        .where('email', '=', link.email)
        .where('email_verified_at', 'is', null)
        .execute();
    }
    await outbox.put(
      trx,
      [passwordNotice(account, { issuer: outbox.issuer, brand: await findBrandName(trx), by: 'link' }, by.now)],
      by.now,
    );
  });
  return account;
}
