import { availableParallelism, loadavg } from 'node:os';

/**
 * A limit that is promised for a machine with nothing else to do, on this one as it is now: where more wants to run than
 * there are cores, everything takes as many times longer. Twice that, for the average lags behind.
 */
export function here(limit: number): number {
  const [runnable = 0] = loadavg();
  return limit * Math.max(1, (2 * runnable) / availableParallelism());
}
