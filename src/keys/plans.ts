import { type KeyTimes, neverSigns, type RotationPolicy, secondsAfter, stageOf } from './stages.ts';

/** Whether an algorithm must always sign, or just while something asks for it. */
export type AlgorithmUse = 'always' | 'chosen' | 'unused';

/** One change of an algorithm's keys. */
export type KeyStep =
  | { readonly step: 'make'; readonly activatesAt: Date }
  /** A key that waits starts earlier, or one that ended goes on. */
  | { readonly step: 'start'; readonly kid: string; readonly activatesAt: Date }
  | { readonly step: 'end'; readonly kid: string };

/**
 * What is to be done now so that an algorithm which is used has exactly one key that signs, and the next one in time; so
 * that one which is not used has none. `keys` are those of one algorithm. Undefined when all is well.
 */
export function planUpkeep(
  keys: readonly KeyTimes[],
  use: AlgorithmUse,
  policy: RotationPolicy,
  now: Date,
): KeyStep | undefined {
  const stage = (key: KeyTimes) => stageOf(key, policy, now);
  if (use === 'unused') {
    const left = keys.find((key) => stage(key) === 'active' || stage(key) === 'pending');
    return left && { step: 'end', kid: left.kid };
  }
  const active = keys.find((key) => stage(key) === 'active');
  if (active?.endedAt) return { step: 'start', kid: active.kid, activatesAt: active.activatesAt };
  if (active) return planSuccessor(keys, policy, now);
  return planTakeover(keys, policy, now, use === 'always' ? now : secondsAfter(now, policy.publishFor));
}

/** Which key signs when none does: the next one, if it starts in time. `at` is when a key must sign. */
export function planTakeover(
  keys: readonly KeyTimes[],
  policy: RotationPolicy,
  now: Date,
  at: Date,
): KeyStep | undefined {
  const ended = lastEnded(keys, policy, now);
  if (ended) return { step: 'start', kid: ended.kid, activatesAt: neverSigns(ended) ? at : ended.activatesAt };
  const next = firstOf(keys.filter((key) => stageOf(key, policy, now) === 'pending'));
  if (!next) return { step: 'make', activatesAt: at };
  return next.activatesAt > at ? { step: 'start', kid: next.kid, activatesAt: at } : undefined;
}

/** A key that ended for want of use, and that those who verify still know: one that has signed, or else one that waited. */
function lastEnded(keys: readonly KeyTimes[], policy: RotationPolicy, now: Date): KeyTimes | undefined {
  const known = keys.filter(
    ({ endedAt, revokedAt }) => !revokedAt && endedAt && now < secondsAfter(endedAt, policy.retainFor),
  );
  const last = firstOf(
    keys.filter((key) => !neverSigns(key)),
    -1,
  );
  return known.find((key) => key === last) ?? firstOf(known.filter(neverSigns));
}

const firstOf = (keys: readonly KeyTimes[], direction = 1) =>
  [...keys].sort((a, b) => direction * (a.activatesAt.getTime() - b.activatesAt.getTime()))[0];

/** Asks about the moment at which a key that is made now could sign, so that one far ahead of a wrong clock is no successor. */
function planSuccessor(keys: readonly KeyTimes[], policy: RotationPolicy, now: Date): KeyStep | undefined {
  const soonest = secondsAfter(now, policy.publishFor);
  const signing = keys.find((key) => stageOf(key, policy, soonest) === 'active');
  if (signing && soonest < secondsAfter(signing.activatesAt, policy.rotateEvery)) return undefined;
  return { step: 'make', activatesAt: soonest };
}

/** When a key that someone asks for now starts to sign: once it was published, in a second of its own. */
export function planRequestedKey(keys: readonly KeyTimes[], policy: RotationPolicy, now: Date): { activatesAt: Date } {
  const starts = keys.filter((key) => !key.revokedAt).map(({ activatesAt }) => activatesAt.getTime());
  let at = now.getTime() + policy.publishFor * 1000;
  for (const start of starts.sort((a, b) => a - b)) if (Math.abs(start - at) < 1000) at = start + 1000;
  return { activatesAt: new Date(at) };
}
