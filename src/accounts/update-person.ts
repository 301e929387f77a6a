import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { requireVersion } from '../db/versions.ts';
import { AppError } from '../errors.ts';
import { emailKey } from '../names/addresses.ts';
import { t } from '../texts/texts.ts';
import { NewAccount } from './accounts.ts';
import { endLinks } from './links/links.ts';
import { PROFILE, type Profile } from './people.ts';
import { changeProfile, ProfileChanges, refuseTakenUsername } from './profile/fields.ts';

/** What is not named stays as it is. */
export const PersonChanges = z.strictObject({
  name: NewAccount.shape.name.optional(),
  email: NewAccount.shape.email.optional(),
  ...ProfileChanges.shape,
});
type Changes = z.output<typeof PersonChanges>;

interface PersonUpdate {
  readonly accountId: string;
  readonly changes: z.input<typeof PersonChanges>;
  readonly version?: number | undefined;
}

/**
 * Changes a person's name, address and profile. Whoever looks after the platform vouches for a new address, so it counts as verified:
 * it is what they sign in with from then on, the invitations to it are theirs, and the next tokens and UserInfo answers
 * carry it. Neither is a credential, so sessions and tokens go on. Mail that was written before, and invitations to the
 * address before, stay as they are.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict for an address of somebody else, precondition_failed
 */
export async function updatePerson(db: Kysely<Tables>, update: PersonUpdate, by: By): Promise<Profile> {
  const { accountId, version } = update;
  const missing = t('refusals.noAccount', { id: accountId });
  authorize(by, 'platform.write', null, missing);
  const changes = PersonChanges.parse(update.changes);
  try {
    return await inTransaction(db, async (trx) => {
      const before = await trx
        .selectFrom('accounts')
        .select(PROFILE)
        .where('id', '=', accountId)
        .forUpdate()
        .executeTakeFirst();
      if (!before) throw new AppError('not_found', { detail: missing });
      requireVersion({ id: accountId, version }, before);
      return change(trx, before, changes, by);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    refuseTakenUsername(error, changes.preferred_username);
    throw new AppError('conflict', { detail: t('refusals.accountExists', { email: String(changes.email) }) });
  }
}

/** A field that is given with its present value is no change. */
async function change(db: Db, before: Profile, wanted: Changes, by: By): Promise<Profile> {
  const name = wanted.name === before.name ? undefined : wanted.name;
  const email = wanted.email === before.email ? undefined : wanted.email;
  const profile = changeProfile(before.profile, wanted, by);
  const columns = {
    ...profile.columns,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email, email_key: emailKey(email), email_verified_at: by.now }),
  };
  const fields = [...(['name', 'email'] as const).filter((field) => field in columns), ...profile.fields];
  if (fields.length === 0) return before;
  const after = await db
    .updateTable('accounts')
    .set({ ...columns, updated_at: by.now, version: sql`version + 1` })
    .where('id', '=', before.id)
    .returning(PROFILE)
    .executeTakeFirstOrThrow();
  if (email !== undefined) await endLinks(db, before.id);
  await record(db, by.actor, { type: 'account.updated', accountId: before.id, fields }, by.now);
  return after;
}
