import type { Kysely } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { endTokensAndSessionsOfAccount, endTokensOfConsent } from '../revocation/artifacts.ts';
import { revoke } from '../revocation/revoke.ts';
import { emailKey } from './accounts.ts';
import { hashPassword, judgePassword } from './passwords.ts';

type By = { actor: Actor; now: Date };

/** The id of the account with this id or email address. @throws {AppError} not_found */
export async function resolveAccountId(db: Kysely<Tables>, idOrEmail: string): Promise<string> {
  const row = await db
    .selectFrom('accounts')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', idOrEmail), eb('email_key', '=', emailKey(idOrEmail))]))
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: `There is no account ${idOrEmail}.` });
  return row.id;
}

/** Stops a person: every session ends and every token on their behalf is refused. @throws {AppError} not_found */
export function disableAccount(
  db: Kysely<Tables>,
  input: { accountId: string; reason: string },
  by: By,
): Promise<void> {
  const { accountId, reason } = input;
  return inTransaction(db, async (trx) => {
    const change = { disabled_at: by.now, updated_at: by.now };
    await updateAccount(trx, accountId, change);
    await endTokensAndSessionsOfAccount(trx, accountId);
    await revoke(trx, { kind: 'account', value: accountId, reason }, { now: by.now });
    await record(trx, by.actor, { type: 'account.disabled', accountId, reason }, by.now);
  });
}

/** Lets a person sign in again. Tokens from before stay refused. @throws {AppError} not_found */
export function enableAccount(db: Kysely<Tables>, accountId: string, by: By): Promise<void> {
  return inTransaction(db, async (trx) => {
    await updateAccount(trx, accountId, { disabled_at: null, updated_at: by.now });
    await record(trx, by.actor, { type: 'account.enabled', accountId }, by.now);
  });
}

/** Sets a new password, ends every session and refuses every token from before. @throws {AppError} not_found, invalid_request */
export async function changePassword(
  db: Kysely<Tables>,
  input: { accountId: string; password: string },
  by: By,
): Promise<void> {
  const { accountId, password } = input;
  const problem = judgePassword(password);
  if (problem) throw new AppError('invalid_request', { detail: problem });
  const passwordHash = await hashPassword(password);
  await inTransaction(db, async (trx) => {
    await updateAccount(trx, accountId, { password_hash: passwordHash, updated_at: by.now });
    await endTokensAndSessionsOfAccount(trx, accountId);
    await revoke(trx, { kind: 'account', value: accountId, reason: 'password changed' }, { now: by.now });
    await record(trx, by.actor, { type: 'account.password_changed', accountId }, by.now);
  });
}

/** Takes back what a person let an app do: it is asked anew, and its tokens on their behalf are refused. */
export function withdrawConsent(
  db: Kysely<Tables>,
  input: { accountId: string; clientId: string },
  by: By,
): Promise<void> {
  const { accountId, clientId } = input;
  return inTransaction(db, async (trx) => {
    await trx.deleteFrom('consents').where('account_id', '=', accountId).where('client_id', '=', clientId).execute();
    for (const grantId of await endTokensOfConsent(trx, accountId, clientId)) {
      await revoke(trx, { kind: 'grant', value: grantId, reason: 'consent withdrawn' }, { now: by.now });
    }
    await record(trx, by.actor, { type: 'consent.withdrawn', accountId, clientId }, by.now);
  });
}

async function updateAccount(
  db: Kysely<Tables>,
  accountId: string,
  change: { disabled_at?: Date | null; password_hash?: string; updated_at: Date },
): Promise<void> {
  const changed = await db
    .updateTable('accounts')
    .set(change)
    .where('id', '=', accountId)
    .returning('id')
    .executeTakeFirst();
  if (!changed) throw new AppError('not_found', { detail: `There is no account ${accountId}.` });
}
