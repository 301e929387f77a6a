import { randomFillSync } from 'node:crypto';

/** Enough for 256 ids: asking the system for random bytes costs far more than the bytes do. */
const pool = Buffer.allocUnsafeSlow(8192);
let used = pool.length;

/**
 * 256 random bits in base64url, for ids that nobody may guess. Each part of the pool is used once, and zeroed with
 * that: what was given out is not found in it.
 */
export function randomText(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('base64url', used, used + 32);
  pool.fill(0, used, used + 32);
  used += 32;
  return text;
}
