import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadGenerator, startLoadGenerator } from './load/remote.ts';
import { type MeasuredPostgres, startMeasuredPostgres } from './measure/postgres.ts';

/** Everything that a run has started, and the folder that it is in. */
export interface Stage {
  readonly folder: string;
  readonly postgres: MeasuredPostgres;
  readonly load: LoadGenerator;
  /** Stopped with the rest, last started first. */
  manage<Started extends { stop(): Promise<void> }>(started: Started): Started;
}

/** Builds the stage, lets `act` use it, and ends everything that was started, whatever happens. */
export async function onStage<Result>(act: (stage: Stage) => Promise<Result>): Promise<Result> {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  // PostgreSQL may run under another account, and makes its folder in here.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  const running: { stop(): Promise<void> }[] = [];
  const manage = <Started extends { stop(): Promise<void> }>(started: Started) => {
    running.push(started);
    return started;
  };
  const stopAll = async () => {
    for (let last = running.pop(); last; last = running.pop()) await last.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  let stopping: Promise<void> | undefined;
  const interrupt = () => {
    // Whatever was going on fails now, some of it where nobody waits for it; what counts is that all of it ends.
    process.on('uncaughtException', () => {});
    stopping ??= stopAll().finally(() => process.exit(130));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const postgres = manage(await startMeasuredPostgres());
    const load = manage(startLoadGenerator());
    return await act({ folder, postgres, load, manage });
  } finally {
    await (stopping ?? stopAll());
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
