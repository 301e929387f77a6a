import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import { findBrandName } from '../../branding/branding.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { emailKey } from '../../names/addresses.ts';
import { t } from '../../texts/texts.ts';
import { insertAccount, type NewAccount, prepareAccount } from '../accounts.ts';
import { linkMail, mailTo } from '../links/link-mail.ts';
import { findLink, makeLink, spendLink } from '../links/links.ts';
import { admits, findSignUpPolicy } from './policy.ts';

type Visitor = Omit<By, 'access'>;

const unknown = () => new AppError('not_found', { detail: t('links.unknown') });

/**
 * Sends a link by which somebody makes an account: nothing is there until it is used, so an address that was not verified can do
 * nothing. Who has an account gets a mail that says so. The answer and the work are the same.
 * @throws {AppError} forbidden where the policy does not let them
 */
export async function askForSignUp(db: Kysely<Tables>, outbox: Outbox, email: string, by: Visitor): Promise<void> {
  if (!admits(await findSignUpPolicy(db), email)) throw new AppError('forbidden', { detail: t('links.signUpRefused') });
  await inTransaction(db, async (trx) => {
    const account = await trx
      .selectFrom('accounts')
      .selectAll()
      .where('email_key', '=', emailKey(email))
      .executeTakeFirst();
    const link = await makeLink(trx, { kind: 'sign_up', email }, by.now);
    const { issuer } = outbox;
    const brand = await findBrandName(trx);
    const mail = account
      ? mailTo(account, () => ({
          subject: t('links.signUpSubject', { brand }),
          paragraphs: [t('links.signUpHasAccount', { issuer }), `${issuer}/forgot`, t('links.notAsked')],
        }))
      : linkMail({ kind: 'sign_up', link, to: email, issuer, brand });
    await outbox.put(trx, [mail], by.now);
    await record(trx, by.actor, { type: 'sign_up.asked', ...(account && { accountId: account.id }) }, by.now);
  });
}

/** The address that a link was sent to; undefined when it opens nothing. */
export async function findSigningUp(db: Db, code: string, now: Date): Promise<string | undefined> {
  const link = await findLink(db, 'sign_up', code, now);
  return link && admits(await findSignUpPolicy(db), link.email) ? link.email : undefined;
}

/**
 * Creates the account of whoever has the mail. They sign in afterwards as everybody does.
 * @throws {ZodError} @throws {AppError} not_found for a link that opens nothing, conflict when somebody has an account with the address by now
 */
export async function signUp(
  db: Kysely<Tables>,
  { code, name, password }: { code: string } & Pick<z.input<typeof NewAccount>, 'name' | 'password'>,
  by: Visitor,
): Promise<Account> {
  const email = await findSigningUp(db, code, by.now);
  if (email === undefined) throw unknown();
  const prepared = await prepareAccount(db, { email, name, password });
  return inTransaction(db, async (trx) => {
    if (!(await spendLink(trx, 'sign_up', code, by.now))) throw unknown();
    return insertAccount(trx, prepared, by);
  });
}
