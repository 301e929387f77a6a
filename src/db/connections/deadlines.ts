import { AsyncLocalStorage } from 'node:async_hooks';

/** The time that is left to one request, for all that it asks the database. */
export interface Deadline {
  /** Milliseconds; none are left at 0 and below. */
  remaining(): number;
  /**
   * Something was committed: what follows gets a little more time, so that a request whose change is done is not
   * refused.
   */
  committed(): void;
}

/** A request has used up its time. Nothing that it began is going to be committed. */
export class DeadlineExceeded extends Error {
  constructor(cause?: unknown) {
    super('the request took too long', { cause });
    this.name = 'DeadlineExceeded';
  }
}

/** Carries the deadline of a request to its statements, which are sent from deep inside of libraries. */
export interface Deadlines {
  run<T>(deadline: Deadline, work: () => T): T;
  /** undefined where nobody waits: in jobs, and in what a request leaves running once it is answered. */
  current(): Deadline | undefined;
}

export function createDeadlines(): Deadlines {
  const storage = new AsyncLocalStorage<Deadline>();
  return {
    run: (deadline, work) => storage.run(deadline, work),
    current() {
      const deadline = storage.getStore();
      return deadline && deadline.remaining() < Number.POSITIVE_INFINITY ? deadline : undefined;
    },
  };
}

/** @throws {DeadlineExceeded} @returns milliseconds that are left */
export function requireTime(deadline: Deadline): number {
  const left = deadline.remaining();
  if (left <= 0) throw new DeadlineExceeded();
  return left;
}

/**
 * Waits no longer than the deadline lets it. What comes too late goes to `late`.
 * @throws {DeadlineExceeded}
 */
export async function within<T>(deadline: Deadline, waiting: Promise<T>, late: (value: T) => void): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => {
    // Nobody waits for its result any more, so a failure is ignored.
    waiting.then(late, () => {});
    reject(new DeadlineExceeded());
  };
  const timer = setTimeout(giveUp, Math.max(0, deadline.remaining()));
  if (deadline.remaining() <= 0) giveUp();
  try {
    return await Promise.race([promise, waiting]);
  } finally {
    clearTimeout(timer);
  }
}
