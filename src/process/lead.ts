import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { endWith } from './ending.ts';
import type { Signals } from './signals.ts';
import { createWorkers } from './workers.ts';

/** The primary answers no requests and has none of the server's code in it, so there is little that could end it. */
export async function lead({ workers: count, metrics }: Config, signals: Signals, log: Logger): Promise<void> {
  const workers = createWorkers(count, log);
  endWith(signals.end, log).by(() => workers.stop());
  if (metrics) await (await import('../metrics/lead.ts')).serveWorkerMetrics(workers.listening, metrics, log);
  signals.end.throwIfAborted();
  const starting = workers.start();
  signals.onHangUp(() => void workers.replaceAll());
  const welcome = await starting;
  if (!signals.end.aborted) process.stdout.write(`${welcome}\n`);
}
