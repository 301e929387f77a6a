import type { Logger } from 'pino';
import type { Db } from '../db/connections/connection.ts';
import { kindOfFailure } from '../db/connections/failures.ts';
import { type JobOutcome, saveOutcomes } from '../db/job-outcomes.ts';

/** How pieces of work went in this process so far. */
export interface JobCounts {
  succeeded: number;
  failed: number;
  /** Milliseconds since the epoch; undefined before the first. */
  lastSuccess: number | undefined;
}

/** Background work that is done piece by piece, none of which keeps another from its turn. */
export interface JobRounds {
  /** Does one piece. What it throws is logged, counted and noted. @returns its result, or undefined */
  run<T>(name: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Writes down how the pieces since the last time went. */
  flush(): Promise<void>;
  readonly counts: ReadonlyMap<string, JobCounts>;
}

export function createJobRounds({ db, clock, log }: { db: Db; clock: () => Date; log: Logger }): JobRounds {
  const counts = new Map<string, JobCounts>();
  let unwritten = new Map<string, JobOutcome>();
  const countsOf = (name: string) => {
    const known = counts.get(name) ?? { succeeded: 0, failed: 0, lastSuccess: undefined };
    counts.set(name, known);
    return known;
  };
  return {
    counts,
    async run(name, work) {
      try {
        const result = await work();
        unwritten.set(name, { name, failure: undefined });
        Object.assign(countsOf(name), { succeeded: countsOf(name).succeeded + 1, lastSuccess: clock().getTime() });
        return result;
      } catch (err) {
        log.error({ err, job: name }, 'background work failed');
        unwritten.set(name, { name, failure: kindOfFailure(err) });
        countsOf(name).failed += 1;
        return undefined;
      }
    },
    async flush() {
      const outcomes = [...unwritten.values()];
      unwritten = new Map();
      try {
        await saveOutcomes(db, outcomes, clock());
      } catch (err) {
        log.error({ err }, 'how background work went could not be written down');
      }
    },
  };
}
