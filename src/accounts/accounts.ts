import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Statement } from '../db/statement.ts';
import type { Account, Tables } from '../db/tables/tables.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { emailAddress, emailKey } from '../names/addresses.ts';
import { nameOf } from '../names/names.ts';
import { t } from '../texts/texts.ts';
import { hasFactor } from './factors/find-factors.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import { refuseProtectedName } from './protected-names.ts';
import { judgeLength, judgePassword } from './strength/judge.ts';

export const NewAccount = z.object({
  email: emailAddress(() => t('refusals.giveAddress')),
  name: nameOf(() => t('refusals.personName')),
  password: z.string().superRefine((password, ctx) => {
    const problem = judgeLength(password);
    if (problem) ctx.addIssue({ code: 'custom', message: problem });
  }),
});

/** What is needed to write an account: the password is judged and hashed, which takes its time, so that no transaction has to wait. */
export interface Prepared {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
}

/** @throws {ZodError} @throws {AppError} unavailable */
export async function prepareAccount(db: Db, input: z.input<typeof NewAccount>): Promise<Prepared> {
  const { password, ...person } = await NewAccount.superRefine(async (account, ctx) => {
    const message = await judgePassword(db, account.password, account);
    if (message) ctx.addIssue({ code: 'custom', path: ['password'], message });
  }).parseAsync(input);
  return { ...person, passwordHash: await hashPassword(password) };
}

/** Creates an active account with a verified address. @throws {ZodError} @throws {AppError} conflict, unavailable */
export async function createAccount(db: Kysely<Tables>, input: z.input<typeof NewAccount>, by: By): Promise<Account> {
  return insertAccount(db, await prepareAccount(db, input), by);
}

/** Creates the account that was prepared. @throws {AppError} conflict */
export async function insertAccount(
  db: Kysely<Tables>,
  { email, name, passwordHash }: Prepared,
  by: By,
): Promise<Account> {
  const id = `usr_${randomUUID().replaceAll('-', '')}`;
  try {
    return await inTransaction(db, async (trx) => {
      await refuseProtectedName(trx, name, by);
      const account = await trx
        .insertInto('accounts')
        .values({
          id,
          email,
          email_key: emailKey(email),
          name,
          email_verified_at: by.now,
          password_hash: passwordHash,
          created_at: by.now,
          updated_at: by.now,
          disabled_at: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await record(trx, by.actor, { type: 'account.created', accountId: id }, by.now);
      return account;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('conflict', { detail: t('refusals.accountExists', { email }) });
    throw error;
  }
}

/** An account that may be used; undefined when unknown or disabled. */
export function findActiveAccount(db: Db, id: string): Promise<Account | undefined> {
  return db.selectFrom('accounts').selectAll().where('id', '=', id).where('disabled_at', 'is', null).executeTakeFirst();
}

/**
 * Has a statement do nothing unless an account is still as it was read, and locks it meanwhile: its password was not
 * changed, and the person not stopped, while the password was checked.
 */
export function requireUnchanged(statement: Statement, { id, version }: Pick<Account, 'id' | 'version'>): void {
  statement.basis(`select 1 as one from accounts
    where id = ${statement.parameter(id, 'text')} and version = ${statement.parameter(version, 'integer')} for share`);
}

/** The same for a sign-in that goes on: the person may sign in, and their sessions have not ended since. */
export function requireSignIns(statement: Statement, { id, epoch }: { id: string; epoch: number }): void {
  statement.basis(`select 1 as one from accounts where id = ${statement.parameter(id, 'text')}
    and sign_in_epoch = ${statement.parameter(epoch, 'integer')} and disabled_at is null for share`);
}

/** Requires an account, disabled or not, and keeps it from being deleted until the transaction ends. @throws {AppError} not_found */
export async function requireAccount(trx: Db, accountId: string): Promise<void> {
  const account = await trx
    .selectFrom('accounts')
    .select('id')
    .where('id', '=', accountId)
    .forKeyShare()
    .executeTakeFirst();
  if (!account) throw new AppError('not_found', { detail: t('refusals.noAccount', { id: accountId }) });
}

/** Requires that a person may sign in, and keeps the account from being deleted until the transaction ends. */
export async function isThere(trx: Db, accountId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('accounts')
    .select('id')
    .where('id', '=', accountId)
    .where('disabled_at', 'is', null)
    .forKeyShare()
    .executeTakeFirst();
  return row !== undefined;
}

export type PasswordVerdict =
  | { ok: true; account: Account; hasSecondFactor: boolean }
  | { ok: false; reason: 'unknown' | 'password' | 'disabled'; accountId?: string };

/** Checks an address and a password. Takes the same time whether or not the address is known. */
export async function checkPassword(db: Db, email: string, password: string): Promise<PasswordVerdict> {
  const account = await db
    .selectFrom('accounts')
    .selectAll()
    .select(hasFactor(sql.ref('accounts.id')).as('has_second_factor'))
    .where('email_key', '=', emailKey(email))
    .executeTakeFirst();
  const matches = await verifyPassword(account?.password_hash, password);
  if (!account) return { ok: false, reason: 'unknown' };
  if (!matches) return { ok: false, reason: 'password', accountId: account.id };
  if (account.disabled_at) return { ok: false, reason: 'disabled', accountId: account.id };
  return { ok: true, account, hasSecondFactor: account.has_second_factor };
}

/** Hashes a password that was right with today's parameters. It stays the same one, so nothing ends and no version goes up. */
export async function rehashPassword(db: Db, { id, password_hash: before }: Account, password: string): Promise<void> {
  if (!before || !isOutdated(before)) return;
  const after = await hashPassword(password);
  const rehash = db.updateTable('accounts').set({ password_hash: after }).where('id', '=', id);
  await rehash.where('password_hash', '=', before).execute();
}
