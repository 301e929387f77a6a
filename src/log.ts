import cluster from 'node:cluster';
import { type Logger, pino } from 'pino';

/**
 * JSON lines on standard error. Those of a worker say which one wrote them. Where requests are answered, lines are written
 * a few at a time, twice a second at least and at the end: a system call for each would cost more than many a request.
 */
export function openLog(level: string, options: { buffered: boolean }): Logger {
  const base = cluster.isWorker ? { worker: process.pid } : null;
  const buffering = options.buffered ? { sync: false, minLength: 4096, periodicFlush: 500 } : { sync: true };
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, ...buffering }));
}
