import type { Schedule } from '../../src/verifier/token/time.ts';

export interface TestClock {
  readonly clock: () => Date;
  readonly schedule: Schedule;
  /** Unix seconds. */
  now(): number;
  /** Moves time on and runs the timers that come due on the way. */
  advance(seconds: number): void;
  /** Moves time on without running timers: a process that was suspended. */
  sleep(seconds: number): void;
  /** In how many seconds the timers that wait are due. */
  due(): number[];
}

/** Time and timers that stand still until they are told. */
export function createTestClock(): TestClock {
  let now = 1_800_000_000_000;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();

  function runNextUntil(end: number): boolean {
    const [next] = [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
    if (!next) return false;
    timers.delete(next);
    now = Math.max(now, next.at);
    next.run();
    return true;
  }

  return {
    clock: () => new Date(now),
    now: () => now / 1000,
    schedule(run, milliseconds) {
      const timer = { at: now + milliseconds, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(seconds) {
      const end = now + seconds * 1000;
      while (runNextUntil(end));
      now = end;
    },
    sleep(seconds) {
      now += seconds * 1000;
    },
    due: () => [...timers].map(({ at }) => (at - now) / 1000),
  };
}

/** Lets requests on their way arrive. @throws when the condition does not come true within a minute */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
