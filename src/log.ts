import cluster from 'node:cluster';
import { type Logger, pino } from 'pino';

/** JSON lines on standard error. Those of a worker say which one wrote them. */
export function openLog(level: string): Logger {
  const base = cluster.isWorker ? { worker: process.pid } : null;
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
