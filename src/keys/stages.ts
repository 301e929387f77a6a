/** What is written down of a key pair's life. None of it repeats what is written down of another one. */
export interface KeyRecord {
  readonly kid: string;
  readonly createdAt: Date;
  /** From here on it signs. Until then it is only published. */
  readonly activatesAt: Date;
  /** When it ended without a successor, because nothing uses its algorithm any more. */
  readonly endedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A key among the others of its algorithm. */
export interface KeyTimes extends KeyRecord {
  /** From here on another one signs, or none where the algorithm is no longer used; null while nothing follows. */
  readonly retiresAt: Date | null;
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

/**
 * Tells each key of one algorithm when it ends: when the next one starts. That is worked out and never written down, so
 * that a key whose successor is revoked before it signed has no end any more. One that was revoked later did follow.
 */
export function withEnds<Key extends KeyRecord>(keys: readonly Key[]): (Key & KeyTimes)[] {
  const inOrder = [...keys].sort(byStart);
  let next: Date | null = null;
  const ended: (Key & KeyTimes)[] = [];
  for (const key of inOrder.toReversed()) {
    ended.push({ ...key, retiresAt: earliest(key.endedAt, next) });
    if (!neverSigns(key)) next = key.activatesAt;
  }
  return ended;
}

/** One that is revoked never follows another that starts in the same moment. */
const byStart = (a: KeyRecord, b: KeyRecord) =>
  a.activatesAt.getTime() - b.activatesAt.getTime() ||
  Number(b.revokedAt !== null) - Number(a.revokedAt !== null) ||
  (a.kid < b.kid ? -1 : 1);

/** It was given up while it waited. */
export const neverSigns = ({ activatesAt, endedAt, revokedAt }: KeyRecord) =>
  [endedAt, revokedAt].some((end) => end !== null && end <= activatesAt);

/** Where a key is in its life. */
export function stageOf(key: KeyTimes, policy: Pick<RotationPolicy, 'retainFor'>, now: Date): KeyStage {
  if (key.revokedAt || neverSigns(key)) return 'gone';
  if (now < key.activatesAt) return 'pending';
  if (!key.retiresAt || now < key.retiresAt) return 'active';
  return now < secondsAfter(key.retiresAt, policy.retainFor) ? 'retiring' : 'gone';
}

export const secondsAfter = (moment: Date, seconds: number) => new Date(moment.getTime() + seconds * 1000);
const earliest = (a: Date | null, b: Date | null) => (a && b ? (a < b ? a : b) : (a ?? b));
