import { jest } from '@jest/globals';

/** Makes `Date` ours to move; timers stay real. */
export function controlTime(): void {
  jest.useFakeTimers({
    now: Date.now(),
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'requestAnimationFrame',
      'cancelAnimationFrame',
      'requestIdleCallback',
      'cancelIdleCallback',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}

/** Moves `Date` forward by seconds. */
export function travel(seconds: number): void {
  jest.setSystemTime(Date.now() + seconds * 1000);
}

export function releaseTime(): void {
  jest.useRealTimers();
}
