import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorize, authorizeFor, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Account, Tables } from '../db/tables/tables.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { createAccount, NewAccount } from './accounts.ts';

/** An account without what nobody needs to see. */
export type Profile = Omit<
  Account,
  'password_hash' | 'email_key' | 'username_key' | 'new_password_since' | 'sign_in_epoch' | 'language' | 'time_zone'
>;

export const PROFILE = [
  'id',
  'email',
  'name',
  'platform_role',
  'version',
  'created_at',
  'updated_at',
  'disabled_at',
  'email_verified_at',
  'profile',
] as const;

export const NewPerson = z.strictObject(NewAccount.shape);

/**
 * Registers a person whose address counts as verified, because whoever looks after the platform says so.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict
 */
export async function registerPerson(db: Kysely<Tables>, input: z.input<typeof NewPerson>, by: By): Promise<Profile> {
  authorize(by, 'platform.write', null);
  const account = await createAccount(db, NewPerson.parse(input), by);
  const { password_hash, email_key, username_key, new_password_since, ...profile } = account;
  return profile;
}

/** @throws {AppError} not_found, forbidden */
export async function requirePerson(db: Db, accountId: string, by: By): Promise<Profile> {
  authorizeFor(by, accountId, 'platform.read');
  const person = await db.selectFrom('accounts').select(PROFILE).where('id', '=', accountId).executeTakeFirst();
  if (!person) throw new AppError('not_found', { detail: t('refusals.noAccount', { id: accountId }) });
  return person;
}

/** How many browsers a person is signed in with. @throws {AppError} not_found, forbidden */
export async function countSessions(db: Db, accountId: string, by: By): Promise<number> {
  authorizeFor(by, accountId, 'platform.read');
  const { count } = await db
    .selectFrom('artifacts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .where('model', '=', 'Session')
    .where('expires_at', '>', by.now)
    .executeTakeFirstOrThrow();
  return Number(count);
}
