import type { Seconds } from '../token/time.ts';

/**
 * Remembers which DPoP proofs were used (RFC 9449 §11.1). An API of several processes needs one that they share, or a
 * proof can be used once at each.
 */
export interface ReplayStore {
  /**
   * One step, so that two requests at once cannot both be the first.
   * @param key 87 characters at most
   * @param expiresAt Unix seconds after which it may be forgotten
   * @returns whether it was new
   */
  remember(key: string, expiresAt: number): boolean | Promise<boolean>;
}

/**
 * In this process. Only proofs that are otherwise good get here, so to push out others one needs a token and as many
 * signatures; at `capacity` the oldest give way.
 */
export function createMemoryReplayStore({ now, capacity = 100_000 }: { now: Seconds; capacity?: number }): ReplayStore {
  const expiries = new Map<string, number>();

  /** From the oldest on, which for a fixed window is nearly the order in which they expire. */
  function forget(): void {
    for (const [key, expiresAt] of expiries) {
      if (expiresAt > now() && expiries.size < capacity) return;
      expiries.delete(key);
    }
  }

  return {
    remember(key, expiresAt) {
      if ((expiries.get(key) ?? Number.NEGATIVE_INFINITY) > now()) return false;
      expiries.delete(key);
      forget();
      expiries.set(key, expiresAt);
      return true;
    },
  };
}
