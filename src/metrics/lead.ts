import type { Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { serveMetrics } from './listener.ts';
import { countRejections } from './rejections.ts';
import { createWorkerMetrics } from './workers.ts';

/** In the primary: serves what all workers have counted. @throws {ConfigError} */
export async function serveWorkerMetrics(
  listening: () => readonly Worker[],
  at: { port: number; host: string },
  log: Logger,
): Promise<void> {
  const own = new Registry();
  countRejections(own);
  const workers = createWorkerMetrics(own, listening);
  await serveMetrics(workers.read, at, log);
}
