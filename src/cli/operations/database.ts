import type { Command } from 'commander';
import { declareRestored } from '../../revocation/incarnation.ts';
import { type CommandLine, withJson } from '../command-line.ts';

interface RestoredOptions {
  readonly json?: boolean;
  readonly reason: string;
}

export function addDatabaseCommands(program: Command, line: CommandLine): void {
  const database = program.command('database').description('the database as a whole');
  withJson(
    database
      .command('restored')
      .description('tell that the database was restored; access tokens from before are refused'),
  )
    .requiredOption('--reason <reason>', 'kept in the audit trail, such as the name of the backup')
    .action((options: RestoredOptions) => restored(line, options));
}

async function restored(line: CommandLine, options: RestoredOptions): Promise<void> {
  const { reason } = options;
  await line.withDatabase((db) => declareRestored(db, { reason }, line.by()));
  line.answer(options, {
    json: { reason },
    text: 'Every access token from before is refused from now on: here at once, at APIs within seconds. Apps get new ones.',
  });
}
