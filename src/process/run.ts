import cluster from 'node:cluster';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { explainDatabaseFailure } from '../db/connections/explain.ts';
import { lead } from './lead.ts';
import { openLog } from './log.ts';
import { serveAlone, serveAsWorker } from './serve.ts';
import { type Signals, ToldToEnd } from './signals.ts';
import { WorkerEnded } from './workers.ts';

/** Runs the process in its part (alone, primary or worker) until it ends. */
export async function run(environment: NodeJS.ProcessEnv, signals: Signals): Promise<void> {
  // The reader may have seen enough.
  process.stdout.on('error', () => {});
  try {
    await serveAs(readConfig(environment), signals);
  } catch (error) {
    // What had begun has been undone.
    if (error instanceof ToldToEnd) process.exit(0);
    // A worker that could not start has said why. When all are told to end, the code that waits for them ends the
    // process.
    if (error instanceof WorkerEnded && signals.end.aborted) return;
    if (!(error instanceof WorkerEnded)) process.stderr.write(`latchkey cannot start. ${explainStartFailure(error)}\n`);
    process.exit(1);
  }
}

async function serveAs(config: Config, signals: Signals): Promise<void> {
  const log = openLog(config.logLevel);
  if (config.workers === 1) return serveAlone(config, signals, log);
  return cluster.isPrimary ? lead(config, signals, log) : serveAsWorker(config, signals, log);
}

/** Errors of the operating system, the database or the keys, in one line where that says enough. */
function explainStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  if (['DataDirInUse', 'DatabaseUnusable', 'MissingMasterKey', 'WrongMasterKey', 'MissingSigner'].includes(error.name))
    return error.message;
  if (error.name === 'SignerUnavailable') return 'SIGNER: does not answer; start it first, and check the path';
  return explainDatabaseFailure(error) ?? error.stack ?? error.message;
}
