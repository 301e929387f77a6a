import type { Explanation } from './causes/cause.ts';

/** Why a scope that was asked for is in no token, and what to do, in words, in the order in which they are told. */
const REASONS = {
  no_api: {
    why: 'the request names no API',
    fix: 'Send resource with the identifier of the API, or set the app to mean its default API when people sign in.',
  },
  unknown: { why: 'there is no such scope', fix: 'Compare the scopes with those on the page of the API.' },
  not_subscribed: {
    why: 'the app’s subscription does not have it',
    fix: 'Ask the owner of the API for the scope, on the page of the API.',
  },
  role: { why: 'none of the person’s roles allows it', fix: 'Give the person a role of the API that has the scope.' },
  consent: { why: 'the person has not agreed to it', fix: 'Send the person through a sign-in again, which asks them.' },
  prompt: {
    why: 'this app gets it only with prompt=consent',
    fix: 'Change the app’s setting for access while people are away, or send prompt=consent.',
  },
  never: {
    why: 'this app may not keep access while people are away',
    fix: 'Change the app’s setting for access while people are away, if it is to have refresh tokens.',
  },
} as const;

export type Reason = keyof typeof REASONS;

export interface LeftOut {
  readonly scope: string;
  readonly why: Reason;
}

/** Characters of the names of one reason: the line in the request log has a bound of its own, and reasons should fit. */
const MOST = 80;

/** For the request log; undefined when nothing was left out. */
export function describeLeftOut(leftOut: readonly LeftOut[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const parts = (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
    const scopes = leftOut.filter(({ why }) => why === reason).map(({ scope }) => scope);
    return scopes.length > 0 ? [`${listed(scopes)} (${REASONS[reason].why})`] : [];
  });
  return `left out: ${parts.join(', ')}`;
}

function listed(scopes: readonly string[]): string {
  const names = [...new Set(scopes)].join(' ');
  return names.length > MOST ? `${names.slice(0, MOST)}…` : names;
}

/** What the line says, and what to do about each of its reasons. A scope has no spaces, so none looks like a reason. */
export function explainLeftOut(detail: string): Explanation {
  const fixes = Object.values(REASONS).flatMap(({ why, fix }) => (detail.includes(why) ? [fix] : []));
  return { cause: `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`, fix: fixes.join(' ') };
}
