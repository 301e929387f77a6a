import type { Command } from 'commander';
import { listSigningKeys } from '../keys/signing-keys.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { formatDay, formatTable } from './output.ts';

export function addKeyCommands(program: Command, line: CommandLine): void {
  const key = program.command('key').description('the keys that sign tokens');
  withJson(key.command('list').description('list the signing keys, their public parts only')).action(
    (options: { json?: boolean }) => list(line, options),
  );
}

async function list(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const keys = await line.withDatabase(listSigningKeys);
  const rows = keys.map(({ kid, alg, created_at }) => [kid, alg, formatDay(created_at)]);
  line.answer(options, {
    json: keys,
    text: formatTable(
      ['KID', 'ALG', 'CREATED'],
      rows,
      'There are no signing keys yet; the server makes them when it first starts.',
    ),
  });
}
