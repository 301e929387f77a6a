import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { type Kysely, sql } from 'kysely';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { t } from '../../texts/texts.ts';
import { hasSecondFactor } from './find-factors.ts';
import { tellOfFactor } from './notices.ts';

export const RECOVERY_CODES = 10;

/** No letter that is read as another or as a digit. 12 of them are 59 bits, too many to try against Argon2id. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 12;

const newCode = () => Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** As people read them: in groups of four. */
const inGroups = (code: string) => (code.match(/.{4}/g) ?? []).join('-');

/** All codes of a person have one salt, so that judging one takes one hash. */
const hashOf = (code: string, salt: Uint8Array): Promise<Buffer> =>
  hashRaw(code, { memoryCost: 19456, timeCost: 2, parallelism: 1, salt });

/**
 * Makes recovery codes for somebody with a second factor, in place of those from before.
 * @returns the codes, which are known to nobody else @throws {AppError} forbidden, conflict without a second factor
 */
export async function makeRecoveryCodes(
  db: Kysely<Tables>,
  outbox: Outbox,
  owner: Pick<Account, 'id' | 'email' | 'language' | 'time_zone'>,
  by: By,
): Promise<readonly string[]> {
  authorizeFor(by, owner.id, 'platform.write');
  const salt = randomBytes(16);
  const codes = Array.from({ length: RECOVERY_CODES }, newCode);
  const hashes = await Promise.all(codes.map((code) => hashOf(code, salt)));
  await inTransaction(db, async (trx) => {
    // Of two that make codes at once the later one's work.
    await trx.selectFrom('accounts').select('id').where('id', '=', owner.id).forUpdate().execute();
    if (!(await hasSecondFactor(trx, owner.id)))
      throw new AppError('conflict', { detail: t('factors.codesForNothing') });
    await trx.deleteFrom('recovery_codes').where('account_id', '=', owner.id).execute();
    const rows = hashes.map((hash) => ({ account_id: owner.id, code_hash: hash, salt, created_at: by.now }));
    await trx.insertInto('recovery_codes').values(rows).execute();
    await record(trx, by.actor, { type: 'account.recovery_codes_made', accountId: owner.id }, by.now);
    await tellOfFactor(trx, outbox, owner, { what: 'recovery_codes_made', now: by.now });
  });
  return codes.map(inGroups);
}

/** The hash of a code that is one of somebody's, @param code without spaces and hyphens; undefined for any other */
export async function judgeRecoveryCode(db: Db, accountId: string, code: string): Promise<Uint8Array | undefined> {
  const rows = await db
    .selectFrom('recovery_codes')
    .select(['code_hash', 'salt'])
    .where('account_id', '=', accountId)
    .execute();
  const [first] = rows;
  if (!first || code.length !== LENGTH) return undefined;
  const hash = await hashOf(code.toLowerCase(), first.salt);
  return rows.find(({ code_hash: known }) => timingSafeEqual(known, hash))?.code_hash;
}

/** Recovery codes are for who cannot use a second factor; without any they are nothing. */
export async function dropUselessCodes(trx: Db, accountId: string): Promise<void> {
  if (await hasSecondFactor(trx, accountId)) return;
  await sql`delete from recovery_codes where account_id = ${accountId}`.execute(trx);
}
