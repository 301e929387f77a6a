import type { Context } from 'koa';
import type { Kysely } from 'kysely';
import { checkPassword, type PasswordVerdict, rehashPassword, requireUnchanged } from '../../accounts/accounts.ts';
import type { Actor } from '../../audit/events.ts';
import { record, recordWithin } from '../../audit/record.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { t } from '../../texts/texts.ts';
import type { UnitOfWork } from '../storage/unit-of-work.ts';
import type { SignInAttempts } from './attempts.ts';

export interface SignInParts {
  readonly db: Kysely<Tables>;
  readonly work: UnitOfWork;
  readonly attempts: SignInAttempts;
  readonly clock: () => Date;
}

interface SignIn {
  readonly email: string;
  readonly password: string;
  /** The app that it is for. */
  readonly clientId: string;
  readonly actor: Actor;
  /** The request asks for more than a password. */
  readonly needsMore: boolean;
}

export type SignInVerdict = { ok: true; returnTo: string } | { ok: false; problem: string; retryAfter?: number };
/** The password was right, and another one has to be chosen first. */
type MustChange = { ok: false; mustChange: Account };
type RightPassword = Extract<PasswordVerdict, { ok: true }>;
type Refusal = Exclude<PasswordVerdict, { ok: true }> | { ok: false; reason: 'throttled'; accountId?: string };

/** Checks the password, within the limits, and goes on with the person whom it is of. @param goOn saves what follows in the visit @returns where to go on */
export async function signInWithPassword(
  parts: SignInParts,
  ctx: Context,
  signIn: SignIn,
  goOn: (right: RightPassword) => Promise<string>,
): Promise<SignInVerdict | MustChange> {
  const { db, attempts, clock } = parts;
  const { wait, isNews } = await attempts.begin(ctx, signIn.email);
  const verdict = wait
    ? ({ ok: false, reason: 'throttled' } as const)
    : await checkPassword(db, signIn.email, signIn.password);
  // Who has a second factor gives it first: the password alone must not change anything.
  if (verdict.ok && verdict.account.new_password_since && !verdict.hasSecondFactor)
    return { ok: false, mustChange: verdict.account };
  if (verdict.ok) {
    const returnTo = await goOn(verdict);
    if (await complete(parts, ctx, signIn, verdict)) {
      await rehashPassword(db, verdict.account, signIn.password);
      return { ok: true, returnTo };
    }
  }
  const { reason, accountId }: Refusal = verdict.ok ? overtaken(verdict.account) : verdict;
  const event = { type: 'account.sign_in_failed', reason, ...(accountId ? { accountId } : {}) } as const;
  // A caller that goes on trying while it must wait adds nothing to the trail: one line for each window and caller.
  if (wait === 0 || isNews) await record(db, signIn.actor, event, clock());
  if (wait) return { ok: false, problem: tooMany(wait), retryAfter: wait };
  // One sentence for an unknown address, a wrong password and a disabled account, so that it tells nobody which.
  return { ok: false, problem: t('signIn.wrong') };
}

/**
 * Writes all of it in one statement. What ends the sessions of a person either comes first, and is found here, or waits and then
 * ends this sign-in as well. @returns whether the account was still as it was
 */
function complete(
  { work, attempts, clock }: SignInParts,
  ctx: Context,
  { email, clientId, actor, needsMore }: SignIn,
  { account, hasSecondFactor }: RightPassword,
): Promise<boolean> {
  return work.settle(async (statement) => {
    requireUnchanged(statement, account);
    if (hasSecondFactor || needsMore) return attempts.passed(ctx, email, statement);
    const signedIn = { type: 'account.signed_in', accountId: account.id, clientId } as const;
    recordWithin(statement, { ...actor, id: account.id }, signedIn, clock());
    await attempts.succeeded(ctx, email, statement);
  });
}

const overtaken = ({ id }: Account) => ({ ok: false, reason: 'password', accountId: id }) as const;

const HOUR = 3600;

/** Only an account that was tried from many places makes people wait for hours, and known browsers are exempt. */
export function tooMany(seconds: number): string {
  if (seconds > HOUR) return t('signIn.tooManyForAddress');
  return t('signIn.tooMany', { minutes: Math.ceil(seconds / 60) });
}
