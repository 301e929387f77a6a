import type { Logger } from 'pino';
import type { Db } from '../db/connections/connection.ts';
import { isDatabaseFailure } from '../db/connections/failures.ts';
import { Batch, type Contents, type Dropped, type RequestNote } from './batch.ts';
import { partsOf, writeBatch } from './write.ts';

export type NoteUsage = (note: RequestNote) => void;

/** Remembers what apps do, and writes it down every two seconds: a request waits for nothing and costs no statement. */
export interface UsageRecorder {
  readonly note: NoteUsage;
  /** Writes down everything that was noted until now. Does not throw: what cannot be written is tried again later. */
  flush(): Promise<void>;
  /** Requests that could not be kept since the start, because too much waited for the database. */
  readonly dropped: Readonly<Dropped>;
  start(): void;
  /** Writes what is left, if the database is there. */
  close(): Promise<void>;
}

const EVERY = 2000;

export function createUsageRecorder(db: Db, log: Logger): UsageRecorder {
  const batch = new Batch();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let told = 0;

  const write = async () => {
    const parts = [...partsOf(batch.take())];
    for (const [index, part] of parts.entries()) {
      try {
        await writeBatch(db, part);
      } catch (err) {
        giveUp(batch, parts.slice(index), err, log);
        break;
      }
    }
    const { counts, lines } = batch.dropped;
    if (counts + lines > told) log.warn({ counts, lines }, 'usage was dropped, in all');
    told = counts + lines;
  };
  const flush = () => {
    writing = writing.then(write);
    return writing;
  };

  return {
    note: (request) => batch.add(request),
    flush,
    dropped: batch.dropped,
    start() {
      // write() answers for its errors.
      timer = setInterval(() => void flush(), EVERY);
      timer.unref();
    },
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}

/**
 * Keeps what the database could not take now. An answer that got lost on its way makes some requests count twice, which
 * is better than not at all. What the database will never take is dropped, for it would be in the way for ever.
 */
function giveUp(batch: Batch, parts: readonly Contents[], err: unknown, log: Logger): void {
  const [refused, ...rest] = parts;
  if (isDatabaseFailure(err)) log.warn({ err }, 'could not write usage; it is tried again');
  else {
    log.error({ err }, 'usage that cannot be written');
    batch.dropped.counts += refused?.counts.reduce((sum, { count }) => sum + count, 0) ?? 0;
    batch.dropped.lines += refused?.lines.length ?? 0;
  }
  for (const part of isDatabaseFailure(err) ? parts : rest) batch.putBack(part);
}
