import type { Command } from 'commander';
import { findClient } from '../../clients/find-clients.ts';
import { presentApp } from '../../clients/present.ts';
import { updateClient } from '../../clients/update-client.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { examples, printable } from '../output.ts';
import { type AppOptions, addAppOptions, readAppOptions } from './app-options.ts';

type UpdateOptions = AppOptions & { json?: boolean };

export function addAppUpdateCommand(app: Command, line: CommandLine): void {
  const update = withJson(app.command('update').description('change an app; what is not named stays as it is'))
    .argument('<app>', 'its client_id')
    .option('--name <name>', 'what people read when they are asked for consent');
  addAppOptions(update)
    .option('--no-require-par', 'accept ordinary authorization requests as well')
    .addHelpText('after', '\nLists are replaced as a whole. An empty value ("") takes away what was there.')
    .addHelpText(
      'after',
      examples(
        'app update app_8dd49c… --redirect-uri https://a.example.com/cb --redirect-uri https://b.example.com/cb',
        'app update app_8dd49c… --auth-method private_key_jwt --jwks keys.json',
        'app update app_8dd49c… --homepage ""',
      ),
    )
    .action((clientId: string, options: UpdateOptions) => updateApp(line, clientId, options));
}

async function updateApp(line: CommandLine, clientId: string, options: UpdateOptions): Promise<void> {
  const changes = await readAppOptions(line, options);
  if (Object.keys(changes).length === 0)
    throw new CommandFailure('name at least one thing to change; --help lists them');
  const by = line.by();
  const app = await line.withDatabase(async (db) => {
    await updateClient(db, { clientId, changes }, by);
    return findClient(db, clientId, 'app.read', by);
  });
  line.answer(options, {
    json: { client_id: app.id, ...presentApp(app) },
    text: `Changed ${printable(app.name)} (${app.id}). It holds from the next request on.`,
  });
}
