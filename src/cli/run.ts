import { Command, CommanderError } from 'commander';
import { DataDirInUse } from '../db/connection.ts';
import { addApiCommands } from './api.ts';
import { addAppCommands } from './app.ts';
import { type CommandLine, createCommandLine, type OpenSession } from './command-line.ts';
import { explainFailure } from './failures.ts';
import type { Io } from './io.ts';
import { addKeyCommands } from './key.ts';
import { addMigrateCommands } from './migrate.ts';
import { addUserCommands } from './user.ts';

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
  try {
    await createProgram(createCommandLine(io, open)).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof DataDirInUse) throw error;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    for (const line of explainFailure(error)) io.stderr(`error: ${line}\n`);
    return FAILED;
  }
}

function createProgram(line: CommandLine): Command {
  const program = new Command('latchkey')
    .description('Looks after a Latchkey authorization server, running or not.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => line.io.stdout(text),
      writeErr: (text) => line.io.stderr(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', '\nIt reads the same environment as the server: DATABASE_URL, or DATA_DIR.');
  addApiCommands(program, line);
  addAppCommands(program, line);
  addUserCommands(program, line);
  addKeyCommands(program, line);
  addMigrateCommands(program, line);
  return program;
}
