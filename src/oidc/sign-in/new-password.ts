import type { Context } from 'koa';
import type { By } from '../../access.ts';
import { makeLink } from '../../accounts/links/links.ts';
import { resetPassword } from '../../accounts/links/reset.ts';
import { Statement } from '../../db/statement.ts';
import type { Account } from '../../db/tables/tables.ts';
import { AppError } from '../../errors.ts';
import type { Details, InteractionParts } from './interaction-parts.ts';
import { formOf } from './interaction-requests.ts';

/**
 * Somebody gave the right password, and has to choose another one. The code lets the next form set it, once and within the hour; it
 * signs nobody in, so whatever else a sign-in asks for comes after it.
 */
export async function askForNewPassword(
  { db, attempts, clock }: InteractionParts,
  ctx: Context,
  { id, email }: Pick<Account, 'id' | 'email'>,
): Promise<string> {
  const statement = new Statement();
  await attempts.succeeded(ctx, email, statement);
  await statement.run(db);
  return (await makeLink(db, { kind: 'reset', email, accountId: id, byMail: false }, clock())).code;
}

/** @returns what is wrong with the password that was chosen, in words; undefined when it is set @throws {AppError} sign_in_expired */
export async function chooseNewPassword(
  { db, outbox }: InteractionParts,
  chosen: { code: string; password: string },
  by: Omit<By, 'access'>,
): Promise<string | undefined> {
  try {
    await resetPassword(db, outbox, chosen, by);
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') return error.message;
    if (error instanceof AppError && error.code === 'not_found')
      throw new AppError('sign_in_expired', { cause: error });
    throw error;
  }
}

export function showNewPassword(
  parts: InteractionParts,
  ctx: Context,
  details: Details,
  form: { email: string; code: string; problem: string | undefined },
): void {
  parts.render(ctx, 'new-password', { ...formOf(parts, details, 'new-password'), ...form });
}
