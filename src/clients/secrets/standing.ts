import { QUIET_HOURS, SECRET_POLICY } from './policy.ts';
import { isLive } from './values.ts';

interface Used {
  readonly id: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly first_used_at: Date | null;
  readonly last_used_at: Date | null;
  readonly successor_id: string | null;
}

/**
 * `ended`; `waiting` for its successor's first use; `quiet`: not used for a day while a newer one is, so safe to revoke;
 * `ending` soon; `unused` so far; `live`.
 */
export type SecretStanding = 'ended' | 'waiting' | 'quiet' | 'ending' | 'unused' | 'live';

const HOUR = 3_600_000;

/** Where a secret stands among the others of its app: from evidence, nothing else. */
export function judgeSecret(secret: Used, all: readonly Used[], now: Date): SecretStanding {
  if (isOver(secret, now)) return 'ended';
  if (isQuiet(secret, now) && all.some((other) => replaces(other, secret, now))) return 'quiet';
  if (secret.successor_id !== null) return 'waiting';
  if (secret.expires_at && secret.expires_at.getTime() - now.getTime() < SECRET_POLICY.soonDays * 24 * HOUR) {
    return 'ending';
  }
  return secret.last_used_at ? 'live' : 'unused';
}

const isOver = ({ expires_at }: Used, now: Date) => !isLive(expires_at, now);

/** It has existed for a day, and nobody has used it in that day. */
function isQuiet({ last_used_at, created_at }: Used, now: Date): boolean {
  return now.getTime() - (last_used_at ?? created_at).getTime() >= QUIET_HOURS * HOUR;
}

/** A newer one that lives and has been used after the older one's last time. */
function replaces(other: Used, secret: Used, now: Date): boolean {
  const newer = other.id !== secret.id && other.created_at >= secret.created_at && !isOver(other, now);
  return newer && other.last_used_at !== null && other.last_used_at > (secret.last_used_at ?? new Date(0));
}
