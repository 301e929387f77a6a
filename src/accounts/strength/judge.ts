import type { Db } from '../../db/connections/connection.ts';
import { t } from '../../texts/texts.ts';
import { hasSecondFactor as findSecondFactor } from '../factors/find-factors.ts';
import { normalizePassword } from '../passwords.ts';
import { findKeptNames } from '../protected-names.ts';
import { estimate } from './estimator.ts';
import { passwordPolicy } from './policy.ts';

/** Whose password it is to be. */
export interface Owner {
  readonly email: string;
  readonly name: string;
  /** Of who has an account already. */
  readonly id?: string;
  /** Whether they give something else besides when they sign in; then it may be shorter. Of who has an account it is looked up. */
  readonly hasSecondFactor?: boolean;
}

/** What is wrong with a new password of someone, in words; undefined when nothing is. @throws {AppError} unavailable */
export async function judgePassword(db: Db, password: string, owner: Owner): Promise<string | undefined> {
  const hasSecondFactor = owner.hasSecondFactor ?? (owner.id !== undefined && (await findSecondFactor(db, owner.id)));
  const tooLongOrShort = judgeLength(password, { hasSecondFactor });
  if (tooLongOrShort) return tooLongOrShort;
  const { guesses, warning } = await estimate(normalizePassword(password), await wordsAround(db, owner));
  if (guesses >= passwordPolicy({ hasSecondFactor }).guesses) return undefined;
  const reason = REASONS[warning ?? ''];
  return reason ? `${reason()} ${t('refusals.takeWords')}` : t('refusals.guessable');
}

/** What is wrong with the length alone. It counts code points. */
export function judgeLength(password: string, owner = { hasSecondFactor: false }): string | undefined {
  const { least, most } = passwordPolicy(owner);
  const length = [...normalizePassword(password)].length;
  if (length < least) return t('refusals.passwordShort', { least });
  if (length > most) return t('refusals.passwordLong', { most });
  return undefined;
}

/** What the estimator warns of, in the words for people; of anything else one sentence tells. */
const REASONS: Readonly<Record<string, () => string>> = {
  userInputs: () => t('refusals.guessedOwn'),
  extendedRepeat: () => t('refusals.guessedRepeated'),
  simpleRepeat: () => t('refusals.guessedRepeated'),
  straightRow: () => t('refusals.guessedRow'),
  keyPattern: () => t('refusals.guessedRow'),
  sequences: () => t('refusals.guessedRow'),
  recentYears: () => t('refusals.guessedDate'),
  dates: () => t('refusals.guessedDate'),
  topTen: () => t('refusals.guessedCommon'),
  topHundred: () => t('refusals.guessedCommon'),
  common: () => t('refusals.guessedCommon'),
  similarToCommon: () => t('refusals.guessedCommon'),
};

/** What whoever guesses this person's password tries first: their own words, and those of the installation. */
async function wordsAround(db: Db, { email, name }: Owner): Promise<string[]> {
  const kept = await findKeptNames(db);
  const whole = [name, email, ...kept].map((text) => text.normalize('NFKC').toLowerCase());
  const parts = whole.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...whole, ...parts])].filter((word) => word.length > 2);
}
