import cluster from 'node:cluster';
import { type Logger, pino } from 'pino';
import { createLogLines } from './log-lines.ts';

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

/** JSON lines on standard error. Those of a worker say which one wrote them. */
export function openLog(level: string): Logger {
  const base = cluster.isWorker ? { worker: process.pid } : null;
  return pino({ level, base, serializers, timestamp: pino.stdTimeFunctions.isoTime }, createLogLines());
}
