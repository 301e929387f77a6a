import type { Kysely } from 'kysely';
import { authorize, authorizeFor, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { idOf, requireVersion, type Target } from '../db/versions.ts';
import { AppError } from '../errors.ts';
import { emailKey } from '../names/addresses.ts';
import { readReason } from '../names/reason.ts';
import { endSessionsOfAccount, endTokensAndSessionsOfAccount, endTokensOfConsent } from '../revocation/artifacts.ts';
import { endConsent } from '../revocation/epochs.ts';
import { revoke } from '../revocation/revoke.ts';
import { t } from '../texts/texts.ts';
import { endLinks } from './links/links.ts';
import { hashPassword } from './passwords.ts';
import { requireAnotherAdmin } from './platform-roles.ts';
import { judgePassword } from './strength/judge.ts';

const noAccount = (id: string) => t('refusals.noAccount', { id });

/** The id of the account with this id or email address. @throws {AppError} not_found */
export async function resolveAccountId(db: Kysely<Tables>, idOrEmail: string): Promise<string> {
  const row = await db
    .selectFrom('accounts')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', idOrEmail), eb('email_key', '=', emailKey(idOrEmail))]))
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: t('refusals.noAccount', { id: idOrEmail }) });
  return row.id;
}

/**
 * Stops a person: every session ends and every token on their behalf is refused.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict for the last admin, precondition_failed
 */
export async function disableAccount(
  db: Kysely<Tables>,
  input: { accountId: string; reason: string; version?: number | undefined },
  by: By,
): Promise<void> {
  const { accountId, version } = input;
  authorize(by, 'platform.write', null, noAccount(accountId));
  const reason = readReason(input);
  return inTransaction(db, async (trx) => {
    await requireAnotherAdmin(trx, accountId, by);
    const change = { disabled_at: by.now, updated_at: by.now };
    await updateAccount(trx, { id: accountId, version }, change);
    await endTokensAndSessionsOfAccount(trx, accountId);
    await endLinks(trx, accountId);
    await revoke(trx, { kind: 'account', value: accountId, reason });
    await record(trx, by.actor, { type: 'account.disabled', accountId, reason }, by.now);
  });
}

/** Lets a person sign in again. Tokens from before stay refused. @throws {AppError} not_found, forbidden, precondition_failed */
export async function enableAccount(db: Kysely<Tables>, target: Target, by: By): Promise<void> {
  const accountId = idOf(target);
  authorize(by, 'platform.write', null, noAccount(accountId));
  return inTransaction(db, async (trx) => {
    await updateAccount(trx, target, { disabled_at: null, updated_at: by.now });
    await record(trx, by.actor, { type: 'account.enabled', accountId }, by.now);
  });
}

/** Signs a person out of this server everywhere; apps stay connected. @throws {AppError} not_found, forbidden */
export async function endSessions(db: Kysely<Tables>, accountId: string, by: By): Promise<void> {
  authorizeFor(by, accountId, 'platform.write');
  return inTransaction(db, async (trx) => {
    const account = await trx.selectFrom('accounts').select('id').where('id', '=', accountId).executeTakeFirst();
    if (!account) throw new AppError('not_found', { detail: noAccount(accountId) });
    await endSessionsOfAccount(trx, accountId);
    await record(trx, by.actor, { type: 'account.sessions_ended', accountId }, by.now);
  });
}

/**
 * Sets a new password, ends every session and refuses every token from before.
 * @throws {AppError} not_found, forbidden, invalid_request
 */
export async function changePassword(
  db: Kysely<Tables>,
  input: { accountId: string; password: string },
  by: By,
): Promise<void> {
  const { accountId, password } = input;
  authorizeFor(by, accountId, 'platform.write');
  const owner = await db
    .selectFrom('accounts')
    .select(['id', 'email', 'name'])
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (!owner) throw new AppError('not_found', { detail: noAccount(accountId) });
  const problem = await judgePassword(db, password, owner);
  if (problem) throw new AppError('invalid_request', { detail: problem });
  const passwordHash = await hashPassword(password);
  await inTransaction(db, (trx) => setPassword(trx, { target: accountId, passwordHash }, by));
}

/** The change itself. @returns the epoch of sign-ins from now on @throws {AppError} not_found, precondition_failed */
export async function setPassword(
  trx: Db,
  { target, passwordHash }: { target: Target; passwordHash: string },
  by: By,
): Promise<number> {
  const accountId = idOf(target);
  await updateAccount(trx, target, { password_hash: passwordHash, new_password_since: null, updated_at: by.now });
  await endLinks(trx, accountId);
  const epoch = await endTokensAndSessionsOfAccount(trx, accountId);
  await revoke(trx, { kind: 'account', value: accountId, reason: 'password changed' });
  await record(trx, by.actor, { type: 'account.password_changed', accountId }, by.now);
  return epoch;
}

/** Withdraws a person's consent to an app: the app has to ask again, and its tokens on their behalf are refused. */
export async function withdrawConsent(
  db: Kysely<Tables>,
  input: { accountId: string; clientId: string },
  by: By,
): Promise<void> {
  const { accountId, clientId } = input;
  authorizeFor(by, accountId, 'platform.write');
  return inTransaction(db, async (trx) => {
    await endConsent(trx, { clientId, accountId });
    await trx.deleteFrom('consents').where('account_id', '=', accountId).where('client_id', '=', clientId).execute();
    for (const value of await endTokensOfConsent(trx, accountId, clientId)) {
      await revoke(trx, { kind: 'grant', value, reason: 'consent withdrawn', clientId });
    }
    await record(trx, by.actor, { type: 'consent.withdrawn', accountId, clientId }, by.now);
  });
}

async function updateAccount(
  db: Db,
  target: Target,
  change: { disabled_at?: Date | null; password_hash?: string; new_password_since?: null; updated_at: Date },
): Promise<void> {
  const id = idOf(target);
  const account = await db
    .updateTable('accounts')
    .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .returning('version')
    .executeTakeFirst();
  if (!account) throw new AppError('not_found', { detail: noAccount(id) });
  // The change is rolled back with the transaction.
  requireVersion(target, { version: account.version - 1 });
}
