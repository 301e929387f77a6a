import type { Seconds } from '../token/time.ts';

/** When something was asked for, and when it was last known to be the newest. One request at a time, shared by all. */
export function createAsking(now: Seconds, load: () => Promise<void>) {
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<void> | undefined;

  async function ask(): Promise<void> {
    askedAt = now();
    try {
      await load();
    } catch {
      // What there is stays, and grows old.
    } finally {
      askedAt = now();
      inFlight = undefined;
    }
  }

  return {
    age: () => now() - confirmedAt,
    idle: () => now() - askedAt,
    confirm() {
      askedAt = now();
      confirmedAt = askedAt;
    },
    async refresh(atMostEvery = 0): Promise<void> {
      if (!inFlight && now() - askedAt < atMostEvery) return;
      inFlight ??= ask();
      await inFlight;
    },
  };
}
