import type { SigningAlg } from './signing-keys.ts';

/** A key pair's life. Times are set once and never moved, so that every process sees the same stage at the same moment. */
export interface KeyTimes {
  readonly createdAt: Date;
  /** From here on it signs. Until then it is only published. */
  readonly activatesAt: Date;
  /** From here on its successor signs; null while it has none. */
  readonly retiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** All in seconds. */
export interface RotationPolicy {
  readonly rotateEvery: number;
  /** How long a key is published before it signs: longer than anyone may keep the JWKS. */
  readonly publishFor: number;
  /** How long a key stays after it stopped signing: at least the longest life of a token. */
  readonly retainFor: number;
}

/** Seconds. No API gives longer ones, and a key that retired stays published for so long. */
export const LONGEST_TOKEN_LIFETIME = 86_400;

export type KeyStage = 'pending' | 'active' | 'retiring' | 'gone';

/** Where a key is in its life. */
export function stageOf(key: KeyTimes, policy: Pick<RotationPolicy, 'retainFor'>, now: Date): KeyStage {
  if (key.revokedAt) return 'gone';
  if (now < key.activatesAt) return 'pending';
  if (!key.retiresAt || now < key.retiresAt) return 'active';
  return now < secondsAfter(key.retiresAt, policy.retainFor) ? 'retiring' : 'gone';
}

/**
 * When the next key of an algorithm starts to sign, if it should be made now; undefined when it is too early.
 * `keys` are those of one algorithm. Without any live key the next one signs at once: nobody can know an older one.
 */
export function planNextKey(
  keys: readonly KeyTimes[],
  policy: RotationPolicy,
  now: Date,
): { activatesAt: Date } | undefined {
  const newest = newestKey(keys);
  if (!newest) return { activatesAt: now };
  const due = secondsAfter(newest.activatesAt, policy.rotateEvery);
  if (now < secondsAfter(due, -policy.publishFor)) return undefined;
  return { activatesAt: latest(due, secondsAfter(now, policy.publishFor)) };
}

/** When a key that someone asks for now starts to sign: after it was published, and after those that wait already. */
export function planRequestedKey(keys: readonly KeyTimes[], policy: RotationPolicy, now: Date): { activatesAt: Date } {
  const newest = newestKey(keys);
  if (!newest) return { activatesAt: now };
  return { activatesAt: latest(secondsAfter(now, policy.publishFor), secondsAfter(newest.activatesAt, 1)) };
}

/** The key that nothing follows yet. */
export function newestKey<Key extends KeyTimes>(keys: readonly Key[]): Key | undefined {
  return keys.filter((key) => !key.revokedAt).sort((a, b) => b.activatesAt.getTime() - a.activatesAt.getTime())[0];
}

/** ES256 is what we sign with by default; RS256 must exist (RFC 9068 §2.1, OpenID Connect Core §15.1). */
export const SIGNING_ALGS: readonly SigningAlg[] = ['ES256', 'RS256', 'EdDSA'];

const secondsAfter = (moment: Date, seconds: number) => new Date(moment.getTime() + seconds * 1000);
const latest = (a: Date, b: Date) => (a > b ? a : b);
