import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { endWith } from './ending.ts';
import type { Signals } from './signals.ts';
import type { RunningServer } from './start.ts';
import { type Ready, untilReleased } from './workers.ts';

/** The whole server in this process. */
export async function serveAlone(config: Config, signals: Signals, log: Logger): Promise<void> {
  const ending = endWith(signals.end, log);
  const running = await serve(config, signals.end, log);
  ending.by(() => running.stop());
  signals.onHangUp(() =>
    log.warn('SIGHUP: there are no workers to replace; set WORKERS for restarts without an interruption'),
  );
  process.stdout.write(`${await welcomeOf(running)}\n`);
}

/** One of the processes that answer requests. The primary, or a service manager's SIGTERM, says when it is to end. */
export async function serveAsWorker(config: Config, signals: Signals, log: Logger): Promise<void> {
  const told = AbortSignal.any([signals.end, untilReleased()]);
  const ending = endWith(told, log);
  const running = await serve(config, told, log);
  process.send?.({ welcome: await welcomeOf(running) } satisfies Ready, undefined, undefined, () => {});
  ending.by(() => running.drain());
}

async function serve(config: Config, told: AbortSignal, log: Logger): Promise<RunningServer> {
  // Loaded only here: the primary has none of it.
  const { startServer } = await import('./start.ts');
  return startServer(config, log, told);
}

async function welcomeOf({ config, demo }: RunningServer): Promise<string> {
  const { welcome } = await import('./welcome.ts');
  return welcome(config, demo);
}
