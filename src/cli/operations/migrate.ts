import type { Command } from 'commander';
import { migrateUp, migrationStatus } from '../../db/migrator.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { formatDay, formatTable } from '../output.ts';

export function addMigrateCommands(program: Command, line: CommandLine): void {
  const migrate = program.command('migrate').description("the database's tables");
  withJson(migrate.command('up').description('apply every pending migration')).action((options: { json?: boolean }) =>
    up(line, options),
  );
  withJson(migrate.command('status').description('list the migrations')).action((options: { json?: boolean }) =>
    status(line, options),
  );
}

async function up(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const applied = await line.withUnmigratedDatabase(migrateUp);
  line.answer(options, {
    json: { applied },
    text: applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.',
  });
}

async function status(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const migrations = await line.withUnmigratedDatabase(migrationStatus);
  const rows = migrations.map(({ name, executedAt }) => [name, executedAt ? formatDay(executedAt) : 'pending']);
  line.answer(options, {
    json: migrations.map(({ name, executedAt }) => ({ name, applied_at: executedAt ?? null })),
    text: formatTable(['MIGRATION', 'APPLIED'], rows, 'There are no migrations.'),
  });
}
