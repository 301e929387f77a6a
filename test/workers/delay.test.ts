import { expect, it } from '@jest/globals';
import { nextDelay } from '../../src/process/workers.ts';

it('waits longer for a worker that keeps ending, up to half a minute, and anew after a good minute', () => {
  const delays: number[] = [];
  for (let delay = nextDelay(0, 10); delays.length < 7; delay = nextDelay(delay, 59_999)) delays.push(delay);
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(nextDelay(30_000, 60_000)).toBe(1000);
});
