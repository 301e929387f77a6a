import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Why something was given up: the process is to end. */
export class ToldToEnd extends Error {
  readonly signal: string;

  constructor(signal: string) {
    super(`told to end by ${signal}`);
    this.signal = signal;
  }
}

/** What a process is told from outside. */
export interface Signals {
  /** Aborted by the first SIGINT or SIGTERM, with {@link ToldToEnd} as the reason. */
  readonly end: AbortSignal;
  /** Calls back for each SIGHUP that does not come from a terminal that was closed. Until then one is kept. */
  onHangUp(hear: () => void): void;
}

/** Milliseconds. At Ctrl-C the terminal sends one SIGINT and npm another: they are one. */
const SAME = 1000;

/**
 * Hears signals from the start on: code that asks later learns of earlier ones. A second SIGINT or SIGTERM ends at
 * once.
 */
export function hearSignals(): Signals {
  const told = new AbortController();
  const end = (signal: NodeJS.Signals) => {
    if (told.signal.aborted) return;
    told.abort(new ToldToEnd(signal));
    setTimeout(() => process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM'), SAME).unref();
  };
  let kept = false;
  let hear = () => {
    kept = true;
  };
  const hadTerminal = isatty(0);
  process.on('SIGINT', end).on('SIGTERM', end);
  process.on('SIGHUP', () => (hadTerminal && !hasTerminal() ? end('SIGHUP') : hear()));
  return {
    end: told.signal,
    onHangUp(listener) {
      hear = listener;
      if (kept) listener();
    },
  };
}

/** The same for a worker, which only SIGTERM ends: a terminal sends the others to the primary as well, which decides. */
export function hearSignalsAsWorker(): Signals {
  const told = new AbortController();
  process.on('SIGINT', () => {}).on('SIGHUP', () => {});
  process.on('SIGTERM', (signal) => told.abort(new ToldToEnd(signal)));
  return { end: told.signal, onHangUp: () => {} };
}

/** Whether the terminal that the process was started from is still there. Windows sends SIGHUP only when it is not. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
