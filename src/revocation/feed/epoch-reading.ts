import { AsyncLocalStorage } from 'node:async_hooks';
import type { Db } from '../../db/connections/connection.ts';
import { createEpochBook, type EpochBook, ROUND } from './epoch-book.ts';
import { type Moment, readAllEntries, readChanges, readMoment } from './epoch-changes.ts';

/** Seconds, by the database's clock. A net: a replica that took over may count transactions anew. */
const READ_ALL_EVERY = 300;

/** What this process has read, and as of when. */
export interface Reading {
  readonly book: EpochBook;
  readonly moment: Moment;
  /** Differs after every change. */
  readonly version: number;
  readonly readAllAt: number;
}

export interface EpochReading {
  /** Reads what has changed. Who asks while a reading runs gets the next one, which begins after the question. */
  read(): Promise<Reading>;
}

/** Follows the database from snapshot to snapshot, and reads everything where that leads nowhere. */
export function createEpochReading(db: Db): EpochReading {
  // Many requests wait for one reading, so it has not the little time that is left to the one that began it.
  const forNobody = AsyncLocalStorage.snapshot();
  let last: Reading | undefined;
  let version = 0;
  let running: Promise<Reading> | undefined;
  let next: Promise<Reading> | undefined;

  async function readAll(): Promise<Reading> {
    const moment = await readMoment(db);
    const book = createEpochBook();
    await book.take(await readAllEntries(db, ROUND), moment.now);
    return { book, moment, version: ++version, readAllAt: moment.now };
  }

  async function readOn(before: Reading): Promise<Reading> {
    const moment = await readMoment(db);
    if (!follows(moment, before)) return readAll();
    const changes = moment.snapshot === before.moment.snapshot ? [] : await readChanges(db, before.moment);
    // The book takes the changes in place; should that fail, all is read anew.
    last = undefined;
    if (await before.book.take(changes, moment.now)) version++;
    return { ...before, moment, version };
  }

  async function run(): Promise<Reading> {
    try {
      last = await (last ? readOn(last) : readAll());
      return last;
    } finally {
      running = undefined;
    }
  }

  return {
    async read() {
      if (!running) {
        running = forNobody(run);
        return running;
      }
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined;
          running = forNobody(run);
          return running;
        });
      return next;
    },
  };
}

function follows(moment: Moment, { moment: before, readAllAt }: Reading): boolean {
  if (moment.inc !== before.inc || moment.since !== before.since) return false;
  return moment.highest >= before.highest && moment.now >= before.now && moment.now - readAllAt < READ_ALL_EVERY;
}
