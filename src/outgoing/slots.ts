/** A bound on how much is done at once, for all together and for each host; the rest waits its turn. */
export interface Slots {
  /** @throws when the signal says stop before its turn comes */
  inTurn<T>(host: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

const BUSY = 'too much else is being asked for';

interface Waiting {
  readonly host: string;
  readonly start: () => void;
}

export function createSlots(bounds: { most: number; perHost: number; mostWaiting: number }): Slots {
  const { most, perHost, mostWaiting } = bounds;
  const running = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let all = 0;

  const isFree = (host: string) => all < most && (running.get(host) ?? 0) < perHost;
  const take = (host: string) => {
    all += 1;
    running.set(host, (running.get(host) ?? 0) + 1);
  };
  const giveBack = (host: string) => {
    all -= 1;
    const left = (running.get(host) ?? 1) - 1;
    if (left === 0) running.delete(host);
    else running.set(host, left);
    // A fetch that waits for a busy host does not hold up those behind it.
    for (const next of waiting) {
      if (!isFree(next.host)) continue;
      waiting.delete(next);
      take(next.host);
      next.start();
      return;
    }
  };
  const turn = async (host: string, signal: AbortSignal) => {
    if (isFree(host)) return take(host);
    if (waiting.size >= mostWaiting) throw new Error(BUSY);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = { host, start: resolve };
    waiting.add(entry);
    const giveUp = () => waiting.delete(entry) && reject(new Error(BUSY));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    await promise.finally(() => signal.removeEventListener('abort', giveUp));
  };

  return {
    async inTurn(host, signal, work) {
      await turn(host, signal);
      try {
        return await work();
      } finally {
        giveBack(host);
      }
    },
  };
}
