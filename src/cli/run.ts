import { CommanderError } from 'commander';
import { DataDirInUse } from '../db/connections/embedded.ts';
import { createCommandLine, type OpenSession } from './command-line.ts';
import { explainFailure } from './failures.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';

const FAILED = 1;
const MISUSED = 2;

/**
 * Runs one command; nothing of the process is touched, so that the server can run it for someone else.
 *
 * A command reads all its input before it opens the database, so that `DataDirInUse` always leaves a command that can
 * be handed over whole.
 * @returns the exit code: 0, 1 for a failure, 2 for a command that was not understood
 * @throws {DataDirInUse} when another process has the embedded database
 */
export async function runCommand(argv: readonly string[], io: Io, open: OpenSession): Promise<number> {
  let code = 0;
  const endWith = (wanted: number) => {
    code = wanted;
  };
  try {
    await createProgram(createCommandLine(io, open, endWith)).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof DataDirInUse) throw error;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    for (const line of explainFailure(error)) io.stderr(`error: ${line}\n`);
    return FAILED;
  }
}
