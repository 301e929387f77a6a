import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { type Config, ConfigError, readConfig } from './config.ts';
import { explainDatabaseFailure } from './db/explain.ts';
import { openLog } from './log.ts';
import type { RunningServer } from './start.ts';
import { createWorkers, type Ready, untilToldToEnd, WorkerEnded } from './workers.ts';

/** Milliseconds after which a server that cannot end well, because its database swallows everything, ends all the same. */
const LAST = 20_000;

try {
  const config = readConfig(process.env);
  if (config.workers === 1) await serveAlone(config);
  else if (cluster.isPrimary) await lead(config);
  else await serveAsWorker(config);
} catch (error) {
  // A worker that could not start has said why.
  if (!(error instanceof WorkerEnded)) process.stderr.write(`latchkey cannot start. ${explain(error)}\n`);
  process.exit(1);
}

async function serveAlone(config: Config): Promise<void> {
  const { running, welcome } = await serve(config);
  const stop = (signal: NodeJS.Signals) => {
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    running.log.info({ signal }, 'stopping');
    endAfter(running.stop(), running.log);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.write(`${welcome}\n`);
}

/** The primary answers no requests and has none of the server's code in it, so there is little that could end it. */
async function lead({ workers: count, logLevel, metrics }: Config): Promise<void> {
  const log = openLog(logLevel, { buffered: false });
  const workers = createWorkers(count, log);
  if (metrics) await (await import('./metrics/lead.ts')).serveWorkerMetrics(workers.listening, metrics);
  const welcome = await workers.start();
  const stop = (signal: NodeJS.Signals) => {
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    log.info({ signal }, 'stopping');
    endAfter(workers.stop(), log);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.on('SIGHUP', () => workers.replaceAll());
  process.stdout.write(`${welcome}\n`);
}

async function serveAsWorker(config: Config): Promise<void> {
  // A terminal sends these to the primary as well, which decides.
  process.on('SIGINT', () => {}).on('SIGHUP', () => {});
  const told = untilToldToEnd();
  const serving = await Promise.race([serve(config), told]);
  if (!serving) process.exit(0);
  const { running, welcome } = serving;
  process.send?.({ welcome } satisfies Ready);
  await told;
  endAfter(running.drain(), running.log);
}

async function serve(config: Config): Promise<{ running: RunningServer; welcome: string }> {
  const { startServer } = await import('./start.ts');
  const { welcome } = await import('./welcome.ts');
  const running = await startServer(config);
  return { running, welcome: welcome(running.config, running.demo) };
}

function endAfter(finish: Promise<void>, log: Logger): void {
  setTimeout(() => {
    log.fatal('could not stop in time');
    process.exit(1);
  }, LAST).unref();
  finish.then(
    () => process.exit(0),
    (error: unknown) => {
      log.fatal({ err: error }, 'could not stop cleanly');
      process.exit(1);
    },
  );
}

/** Errors of the operating system, the database or the keys, in one line where that says enough. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  if (['DataDirInUse', 'DatabaseUnusable', 'MissingMasterKey', 'WrongMasterKey', 'MissingSigner'].includes(error.name))
    return error.message;
  if (error.name === 'SignerUnavailable') return 'SIGNER: does not answer; start it first, and check the path';
  return explainDatabaseFailure(error) ?? error.stack ?? error.message;
}
