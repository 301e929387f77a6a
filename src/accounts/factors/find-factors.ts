import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';

/** What a person has besides a password. */
export interface Factors {
  readonly totp: { readonly since: Date; readonly usedAt: Date | null } | undefined;
  readonly passkeys: number;
  /** How many recovery codes are left. */
  readonly recoveryCodes: number;
}

/** Whether an account has a second factor, as a part of a query. Recovery codes alone are none. @param account its id there */
export const hasFactor = (account: RawBuilder<unknown>): RawBuilder<boolean> => sql<boolean>`
  (exists (select from totp_factors f where f.account_id = ${account} and f.confirmed_at is not null)
    or exists (select from passkeys p where p.account_id = ${account}))`;

/** Whether somebody is asked for more than a password when they sign in. */
export async function hasSecondFactor(db: Db, accountId: string): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`select ${hasFactor(sql`${accountId}::text`)} as has`.execute(db);
  return rows[0]?.has === true;
}

export async function countRecoveryCodes(db: Db, accountId: string): Promise<number> {
  const { left } = await db
    .selectFrom('recovery_codes')
    .select(({ fn }) => fn.countAll<string>().as('left'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  return Number(left);
}

export async function findFactors(db: Db, accountId: string): Promise<Factors> {
  const [totp, recoveryCodes, { passkeys }] = await Promise.all([
    db
      .selectFrom('totp_factors')
      .select(['confirmed_at', 'used_at'])
      .where('account_id', '=', accountId)
      .where('confirmed_at', 'is not', null)
      .executeTakeFirst(),
    countRecoveryCodes(db, accountId),
    db
      .selectFrom('passkeys')
      .select(({ fn }) => fn.countAll<string>().as('passkeys'))
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow(),
  ]);
  return {
    totp: totp?.confirmed_at ? { since: totp.confirmed_at, usedAt: totp.used_at } : undefined,
    passkeys: Number(passkeys),
    recoveryCodes,
  };
}
