import type { Context } from 'koa';
import { countRecoveryCodes } from '../../../accounts/factors/find-factors.ts';
import { tellOfFactor } from '../../../accounts/factors/notices.ts';
import { judgeTyped, type RightCode, useWithin } from '../../../accounts/factors/use-code.ts';
import type { Actor } from '../../../audit/events.ts';
import { record, recordWithin } from '../../../audit/record.ts';
import { t } from '../../../texts/texts.ts';
import type { FirstStep, InteractionParts } from '../interaction-parts.ts';
import { type SignInVerdict, tooMany } from '../password-sign-in.ts';

interface CodeSignIn {
  readonly first: FirstStep;
  /** As it was typed. */
  readonly typed: string;
  /** The app that it is for. */
  readonly clientId: string;
  readonly actor: Actor;
}

/** RFC 8176: a one-time code is the second factor after what came first. */
const AMR = ['otp', 'mfa'] as const;

/**
 * Checks the code, within the limits, and goes on with the person. The code, the sign-in and its line in the trail are one
 * statement: of two that come with the same code one signs in. @param goOn saves what follows in the visit
 */
export async function signInWithCode(
  parts: InteractionParts,
  ctx: Context,
  { first, typed, clientId, actor }: CodeSignIn,
  goOn: (amr: readonly string[]) => Promise<string>,
): Promise<SignInVerdict> {
  const { db, work, masterKeys, codeAttempts, outbox, clock } = parts;
  const { accountId } = first;
  const person = await work.findPerson(accountId);
  if (!person) return { ok: false, problem: t('factors.codeWrong') };
  const { wait, isNews } = await codeAttempts.begin(ctx, person.email);
  const right = wait ? undefined : await judgeTyped(db, masterKeys, { accountId, typed, now: clock() });
  const complete = (code: RightCode) =>
    work.settle(async (statement) => {
      useWithin(statement, first, code, clock());
      const signedIn = { type: 'account.signed_in', accountId, clientId, secondFactor: code.factor } as const;
      if (!first.mustChange) recordWithin(statement, actor, signedIn, clock());
      await codeAttempts.succeeded(ctx, person.email, statement);
    });
  const finish = async (code: RightCode) => {
    const returnTo = await goOn(AMR);
    return (await complete(code)) ? returnTo : undefined;
  };
  const finishAndTell = (code: RightCode) =>
    work.transaction(async (trx) => {
      const returnTo = await finish(code);
      if (!returnTo) return undefined;
      const left = await countRecoveryCodes(trx, accountId);
      await tellOfFactor(trx, outbox, person, { what: 'recovery_code_used', now: clock(), left });
      return returnTo;
    });
  const returnTo = right && (await (right.factor === 'recovery_code' ? finishAndTell(right) : finish(right)));
  if (returnTo) return { ok: true, returnTo };
  const reason = wait ? 'throttled' : 'second_factor';
  if (wait === 0 || isNews) await record(db, actor, { type: 'account.sign_in_failed', accountId, reason }, clock());
  if (wait) return { ok: false, problem: tooMany(wait), retryAfter: wait };
  return { ok: false, problem: t('factors.codeWrong') };
}
