import { causes } from '../texts/en/shared/causes.ts';
import { t } from '../texts/texts.ts';
import { type Explanation, inWords, type Why } from './causes/cause.ts';

/** Why a scope that was asked for is in no token, and what to do, in words, in the order in which they are told. */
const REASONS = {
  no_api: 'leftNoApi',
  unknown: 'leftUnknown',
  not_subscribed: 'leftNotSubscribed',
  role: 'leftRole',
  consent: 'leftConsent',
  prompt: 'leftPrompt',
  never: 'leftNever',
} as const satisfies Record<string, Why>;

export type Reason = keyof typeof REASONS;

export interface LeftOut {
  readonly scope: string;
  readonly why: Reason;
}

/** Characters of the names of one reason: the line in the request log has a bound of its own, and reasons should fit. */
const MOST = 80;

/** The line is in English, whoever reads it: that is how it is kept. */
const BEGIN = 'left out: ';

/** For the request log; undefined when nothing was left out. */
export function describeLeftOut(leftOut: readonly LeftOut[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const parts = (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
    const scopes = leftOut.filter(({ why }) => why === reason).map(({ scope }) => scope);
    return scopes.length > 0 ? [`${listed(scopes)} (${causes[REASONS[reason]]})`] : [];
  });
  return BEGIN + parts.join(', ');
}

function listed(scopes: readonly string[]): string {
  const names = [...new Set(scopes)].join(' ');
  return names.length > MOST ? `${names.slice(0, MOST)}…` : names;
}

/** What the line says, and what to do about each of its reasons. A scope has no spaces, so none looks like a reason. */
export function explainLeftOut(detail: string): Explanation {
  const named = Object.values(REASONS).filter((why) => detail.includes(`(${causes[why]})`));
  const scopes = named.reduce(
    (line, why) => line.replaceAll(`(${causes[why]})`, `(${inWords(why).cause})`),
    detail.slice(BEGIN.length),
  );
  return { cause: t('causes.leftOut', { scopes }), fix: named.map((why) => inWords(why).fix).join(' ') };
}
