import type { Logger } from 'pino';

/** Milliseconds after which a process that cannot end well, because its database swallows everything, ends all the same. */
const LAST = 20_000;

export interface Ending {
  /** Says how to end: at once when that is due already. */
  by(finish: () => Promise<void>): void;
}

/**
 * Ends the process when it is told to, with code 0, or when something was thrown that nobody caught, with code 1: what it
 * knows of itself may be wrong then. A promise that was rejected with nobody looking after it is one request's or one
 * job's failure. It is logged and counted, and the others go on.
 */
export function endWith(told: AbortSignal, log: Logger): Ending {
  let finish: (() => Promise<void>) | undefined;
  let code: number | undefined;
  const exit = (wanted: number) => log.flush(() => process.exit(wanted));
  const run = (how: () => Promise<void>, wanted: number): void => {
    how().then(
      () => exit(wanted),
      (err: unknown) => {
        log.fatal({ err }, 'could not stop cleanly');
        exit(1);
      },
    );
  };
  const begin = (wanted: number) => {
    code = wanted;
    setTimeout(() => {
      log.fatal('could not stop in time');
      process.exit(1);
    }, LAST).unref();
    if (finish) run(finish, wanted);
  };
  const end = () => {
    log.info({ signal: told.reason.signal }, 'stopping');
    if (code === undefined) begin(0);
  };
  if (told.aborted) end();
  else told.addEventListener('abort', end);
  process.on('unhandledRejection', (err) => log.error({ err }, 'a promise was rejected, and nobody looked after it'));
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'something was thrown, and nobody caught it');
    if (code !== undefined || !finish) process.exit(1);
    begin(1);
  });
  return {
    by(how) {
      finish = how;
      if (code !== undefined) run(how, code);
    },
  };
}
