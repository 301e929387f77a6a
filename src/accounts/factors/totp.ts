import type { Kysely } from 'kysely';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import { findBrandName } from '../../branding/branding.ts';
import type { MasterKey } from '../../config.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { totpContext } from '../../keys/sealing/contexts.ts';
import { seal, unseal } from '../../keys/sealing/seal.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { hashOf } from './challenges.ts';
import { tellOfFactor } from './notices.ts';
import { addressOfSeed, newSeed, stepOf } from './one-time-codes.ts';
import { dropUselessCodes } from './recovery-codes.ts';

/** Whose one-time codes it is about, as the mails and the app that makes the codes need to know. */
type Owner = Pick<Account, 'id' | 'email' | 'language' | 'time_zone'>;

/** So long a seed that nobody confirmed stays the same, while a visit opens its page again and again. */
const SET_UP_SECONDS = 900;

/** Who sets it up, in which browser. */
interface Setter {
  readonly owner: Owner;
  /** What only this browser has: whoever else knows the password is shown another seed, and never the one that is confirmed. */
  readonly visit: string;
}

export interface NewTotp {
  /** In base32, in groups of four, for who types it. */
  readonly seed: string;
  /** For an app that reads it from a picture. */
  readonly address: string;
}

/** A seed to set up one-time codes with. @returns undefined for who has them already, or began in another browser just now */
export async function beginTotp(
  db: Kysely<Tables>,
  masterKeys: readonly MasterKey[],
  { owner, visit }: Setter,
  now: Date,
): Promise<NewTotp | undefined> {
  const sealed = seal(masterKeys, totpContext(owner.id), newSeed());
  const row = { sealed_seed: sealed, visit_hash: hashOf(visit), created_at: now };
  await db
    .insertInto('totp_factors')
    .values({ account_id: owner.id, confirmed_at: null, ...row })
    .onConflict((conflict) =>
      conflict
        .column('account_id')
        .doUpdateSet(row)
        .where('totp_factors.confirmed_at', 'is', null)
        .where((eb) =>
          eb.or([
            eb('totp_factors.visit_hash', '!=', row.visit_hash),
            eb('totp_factors.created_at', '<', new Date(now.getTime() - SET_UP_SECONDS * 1000)),
          ]),
        ),
    )
    .execute();
  const found = await findSeed(db, masterKeys, owner.id, visit);
  if (!found) return undefined;
  const to = { brand: await findBrandName(db), email: owner.email };
  return { seed: (found.seed.match(/.{1,4}/g) ?? []).join(' '), address: addressOfSeed(found.seed, to) };
}

/**
 * One-time codes are on from here on, if this code is of the seed that this visit was shown last; it counts as used.
 * @returns whether it is
 * @throws {AppError} forbidden
 */
export async function confirmTotp(
  db: Kysely<Tables>,
  parts: { masterKeys: readonly MasterKey[]; outbox: Outbox },
  { owner, visit, code }: Setter & { readonly code: string },
  by: By,
): Promise<boolean> {
  authorizeFor(by, owner.id, 'platform.write');
  const found = await findSeed(db, parts.masterKeys, owner.id, visit);
  const step = found && stepOf(found.seed, code, by.now);
  if (!found || step === undefined) return false;
  return inTransaction(db, async (trx) => {
    // The seed may be another one since it was read.
    const confirmed = await trx
      .updateTable('totp_factors')
      .set({ confirmed_at: by.now, used_step: step })
      .where('account_id', '=', owner.id)
      .where('confirmed_at', 'is', null)
      .where('sealed_seed', '=', found.sealed)
      .returning('account_id')
      .executeTakeFirst();
    if (!confirmed) return false;
    await record(trx, by.actor, { type: 'account.factor_added', accountId: owner.id, factor: 'totp' }, by.now);
    await tellOfFactor(trx, parts.outbox, owner, { what: 'totp_added', now: by.now });
    return true;
  });
}

/** Turns one-time codes off, for who has them. @throws {AppError} forbidden */
export async function removeTotp(db: Kysely<Tables>, outbox: Outbox, owner: Owner, by: By): Promise<void> {
  authorizeFor(by, owner.id, 'platform.write');
  await inTransaction(db, async (trx) => {
    const removed = await trx
      .deleteFrom('totp_factors')
      .where('account_id', '=', owner.id)
      .where('confirmed_at', 'is not', null)
      .returning('account_id')
      .executeTakeFirst();
    if (!removed) return;
    await dropUselessCodes(trx, owner.id);
    await record(trx, by.actor, { type: 'account.factor_removed', accountId: owner.id, factor: 'totp' }, by.now);
    await tellOfFactor(trx, outbox, owner, { what: 'totp_removed', now: by.now });
  });
}

/** The time step of a code that is right now for somebody; whether it was used is for the statement that uses it up. */
export async function judgeCode(
  db: Db,
  masterKeys: readonly MasterKey[],
  { accountId, code, now }: { accountId: string; code: string; now: Date },
): Promise<number | undefined> {
  const found = await findSeed(db, masterKeys, accountId);
  return found && stepOf(found.seed, code, now);
}

/** @param visit the one that sets it up; undefined for the seed that is confirmed */
async function findSeed(db: Db, masterKeys: readonly MasterKey[], accountId: string, visit?: string) {
  const rows = db.selectFrom('totp_factors').select('sealed_seed as sealed').where('account_id', '=', accountId);
  const row = await (visit === undefined
    ? rows.where('confirmed_at', 'is not', null)
    : rows.where('confirmed_at', 'is', null).where('visit_hash', '=', hashOf(visit))
  ).executeTakeFirst();
  return row && { ...row, seed: unseal(masterKeys, totpContext(accountId), row.sealed) };
}
