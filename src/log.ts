import cluster from 'node:cluster';
import { type Logger, pino } from 'pino';

/**
 * An error without what the database tells of the values that a statement had: the row that did not fit, and from the
 * embedded one the statement with its parameters. Addresses and hashes of passwords are among them.
 */
export const serializers = {
  err(error: unknown): unknown {
    const shown: unknown = pino.stdSerializers.err(error as Error);
    if (!(error instanceof Error) || !('severity' in error)) return shown;
    const { detail: _row, where: _context, query: _statement, params: _values, ...rest } = Object(shown);
    return rest;
  },
};

/**
 * JSON lines on standard error. Those of a worker say which one wrote them. Where requests are answered, lines are written
 * a few at a time, twice a second at least and at the end: a system call for each would cost more than many a request.
 */
export function openLog(level: string, { buffered }: { buffered: boolean }): Logger {
  const base = cluster.isWorker ? { worker: process.pid } : null;
  const buffering = buffered ? { sync: false, minLength: 4096, periodicFlush: 500 } : { sync: true };
  const options = { level, base, serializers, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ dest: 2, ...buffering }));
}
