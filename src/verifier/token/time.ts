/** Runs something once, after a while. @returns how to call it off */
export type Schedule = (run: () => void, milliseconds: number) => () => void;

/** Unix time in seconds, with fractions. */
export type Seconds = () => number;

/** On real timers, that keep no process alive. */
export const scheduleOnTimers: Schedule = (run, milliseconds) => {
  const timer: { unref?(): void } = setTimeout(run, milliseconds);
  timer.unref?.();
  return () => clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
};

/** The same, but what has not run when the signal comes never will. */
export function scheduleUntil(signal: AbortSignal, schedule: Schedule): Schedule {
  return (run, milliseconds) => {
    if (signal.aborted) return () => {};
    const cancel = schedule(() => {
      signal.removeEventListener('abort', cancel);
      run();
    }, milliseconds);
    signal.addEventListener('abort', cancel, { once: true });
    return () => {
      signal.removeEventListener('abort', cancel);
      cancel();
    };
  };
}
