import { type Kysely, sql } from 'kysely';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import { findBrandName } from '../../branding/branding.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { inTransaction, isUniqueViolation } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { Mail, Outbox } from '../../mail/outbox.ts';
import { emailKey } from '../../names/addresses.ts';
import { inMinute } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { linkMail, mailTo } from './link-mail.ts';
import { endLinks, makeLink, spendLink } from './links.ts';

const unknown = () => new AppError('not_found', { detail: t('links.unknown') });

/** Sends a person a link to their address, by which they confirm that it is theirs. @throws {AppError} not_found, forbidden */
export async function askForVerification(db: Kysely<Tables>, outbox: Outbox, account: Account, by: By): Promise<void> {
  authorizeFor(by, account.id, 'platform.write');
  await inTransaction(db, async (trx) => {
    const link = await makeLink(trx, { kind: 'verification', email: account.email, accountId: account.id }, by.now);
    const about = { kind: 'verification', link, to: account, issuer: outbox.issuer } as const;
    await outbox.put(trx, [linkMail({ ...about, brand: await findBrandName(trx) })], by.now);
    await record(trx, by.actor, { type: 'account.address_asked', accountId: account.id }, by.now);
  });
}

/** @returns the address that is confirmed @throws {AppError} not_found for a link that opens nothing, or of an address from before */
export async function verifyAddress(db: Kysely<Tables>, code: string, by: Omit<By, 'access'>): Promise<string> {
  return inTransaction(db, async (trx) => {
    const link = await spendLink(trx, 'verification', code, by.now);
    const account =
      link?.account_id &&
      (await trx
        .updateTable('accounts')
        .set({ email_verified_at: by.now, updated_at: by.now, version: sql`version + 1` })
        .where('id', '=', link.account_id)
        .where('email', '=', link.email)
        .where('disabled_at', 'is', null)
        .returning(['id', 'email'])
        .executeTakeFirst());
    if (!account) throw unknown();
    const actor = { ...by.actor, id: account.id };
    await record(trx, actor, { type: 'account.address_verified', accountId: account.id }, by.now);
    return account.email;
  });
}

/**
 * Sends a link to the address that a person wants to have. Their address stays until the link is used. An address of somebody else
 * gets a mail without a link, and the answer is the same: nobody learns who has an account.
 * @throws {AppError} not_found, forbidden, invalid_request for the present address
 */
export async function askForAddress(
  db: Kysely<Tables>,
  outbox: Outbox,
  { account, email }: { account: Account; email: string },
  by: By,
): Promise<void> {
  authorizeFor(by, account.id, 'platform.write');
  if (account.email === email) throw new AppError('invalid_request', { detail: t('links.sameAddress') });
  await inTransaction(db, async (trx) => {
    const taken = await trx
      .selectFrom('accounts')
      .select('id')
      .where('email_key', '=', emailKey(email))
      .where('id', '!=', account.id)
      .executeTakeFirst();
    const link = await makeLink(trx, { kind: 'address', email, accountId: account.id }, by.now);
    const { issuer } = outbox;
    const brand = await findBrandName(trx);
    const to = { ...account, email };
    const mail = taken
      ? mailTo(email, () => ({
          subject: t('links.addressSubject', { brand }),
          paragraphs: [t('links.addressTaken', { issuer }), t('links.notAsked')],
        }))
      : linkMail({ kind: 'address', link, to, issuer, brand });
    await outbox.put(trx, [mail], by.now);
    await record(trx, by.actor, { type: 'account.address_asked', accountId: account.id }, by.now);
  });
}

/**
 * Makes the address to which a link went that of the person, and tells both addresses. Sessions and tokens go on; links that went to
 * the address before open nothing any more.
 * @returns the new address @throws {AppError} not_found for a link that opens nothing, conflict for an address of somebody else
 */
export async function changeAddress(
  db: Kysely<Tables>,
  outbox: Outbox,
  code: string,
  by: Omit<By, 'access'>,
): Promise<string> {
  try {
    return await inTransaction(db, async (trx) => {
      const link = await spendLink(trx, 'address', code, by.now);
      const before = await trx
        .selectFrom('accounts')
        .selectAll()
        .where('id', '=', link?.account_id ?? '')
        .where('disabled_at', 'is', null)
        .forUpdate()
        .executeTakeFirst();
      if (!link || !before) throw unknown();
      const { email } = link;
      const change = { email, email_key: emailKey(email), email_verified_at: by.now, updated_at: by.now };
      const version = before.version + 1;
      await trx
        .updateTable('accounts')
        .set({ ...change, version })
        .where('id', '=', before.id)
        .execute();
      await endLinks(trx, before.id);
      const mails = [before.email, email].map((to) => notice({ ...before, email: to }, email, outbox.issuer, by.now));
      await outbox.put(trx, mails, by.now);
      const actor = { ...by.actor, id: before.id };
      await record(trx, actor, { type: 'account.updated', accountId: before.id, fields: ['email'] }, by.now);
      return email;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('conflict', { detail: t('links.addressGone') });
    throw error;
  }
}

function notice(to: Account, email: string, issuer: string, now: Date): Mail {
  return mailTo(to, () => ({
    subject: t('links.addressChangedSubject', { issuer }),
    paragraphs: [t('links.addressChanged', { issuer, email, moment: inMinute(now) }), t('mail.notYou')],
  }));
}
