import type { MasterKey } from '../../config.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Statement } from '../../db/statement.ts';
import { judgeRecoveryCode } from './recovery-codes.ts';
import { judgeCode } from './totp.ts';

/** A code that is somebody's. That it was not used yet is for the statement that uses it up. */
export type RightCode =
  | { readonly factor: 'totp'; readonly step: number }
  | { readonly factor: 'recovery_code'; readonly hash: Uint8Array };

/** What a person typed, judged. Spaces and hyphens are as they like. @returns undefined for a wrong code */
export async function judgeTyped(
  db: Db,
  masterKeys: readonly MasterKey[],
  { accountId, typed, now }: { accountId: string; typed: string; now: Date },
): Promise<RightCode | undefined> {
  const code = typed.replace(/[\s-]/g, '');
  if (/^\d{6}$/.test(code)) {
    const step = await judgeCode(db, masterKeys, { accountId, code, now });
    return step === undefined ? undefined : { factor: 'totp', step };
  }
  const hash = await judgeRecoveryCode(db, accountId, code);
  return hash && { factor: 'recovery_code', hash };
}

/**
 * Has a statement do nothing unless it uses the code up, and the person may still sign in: of two that come with the same code
 * one does something. @param person with the epoch of their sign-ins, as it was when they gave their password
 */
export function useWithin(
  statement: Statement,
  { accountId, epoch }: { accountId: string; epoch: number },
  code: RightCode,
  now: Date,
): void {
  const person = `with person as (select id from accounts
    where id = ${statement.parameter(accountId, 'text')} and sign_in_epoch = ${statement.parameter(epoch, 'integer')}
      and disabled_at is null for share)`;
  if (code.factor === 'recovery_code') {
    statement.basis(`${person} delete from recovery_codes using person
      where account_id = person.id and code_hash = ${statement.parameter(code.hash, 'bytea')} returning 1 as one`);
    return;
  }
  const [used, at] = [statement.parameter(code.step, 'integer'), statement.parameter(now, 'timestamptz')];
  statement.basis(`${person} update totp_factors set used_step = ${used}, used_at = ${at} from person
    where account_id = person.id and confirmed_at is not null and used_step < ${used} returning 1 as one`);
}
