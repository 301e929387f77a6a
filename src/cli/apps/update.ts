import type { Command } from 'commander';
import type { By } from '../../access.ts';
import { findClient } from '../../clients/find-clients.ts';
import { placeClient } from '../../clients/place-client.ts';
import { presentApp } from '../../clients/present.ts';
import { updateClient } from '../../clients/update-client.ts';
import type { Db } from '../../db/connections/connection.ts';
import { inTransaction } from '../../db/transaction.ts';
import { findTeam } from '../../teams/find-team.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { examples, printable } from '../output.ts';
import { type AppOptions, addAppOptions, addOffOptions, readAppOptions } from './app-options.ts';

type UpdateOptions = AppOptions & { team?: string; json?: boolean };

export function addAppUpdateCommand(app: Command, line: CommandLine): void {
  const update = withJson(app.command('update').description('change an app; what is not named stays as it is'))
    .argument('<app>', 'its client_id')
    .option('--name <name>', 'what people read when they are asked for consent')
    .option('--team <team>', 'the team that owns it from now on, by its id or name');
  addOffOptions(addAppOptions(update))
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
  const { team } = options;
  if (Object.keys(changes).length === 0 && team === undefined) {
    throw new CommandFailure('name at least one thing to change; --help lists them');
  }
  const app = await line.withDatabase((db, { config }) =>
    inTransaction(db, async (trx) => {
      const by = line.by(config);
      if (team !== undefined) await placeClient(trx, { clientId, team: await idOfTeam(trx, team, by) }, by);
      if (Object.keys(changes).length > 0) await updateClient(trx, { clientId, changes }, by);
      return findClient(trx, clientId, 'app.read', by);
    }),
  );
  line.answer(options, {
    json: { client_id: app.id, ...presentApp(app) },
    text: `Changed ${printable(app.name)} (${app.id}). It holds from the next request on.`,
  });
}

/** An empty name is the operator. */
async function idOfTeam(db: Db, name: string, by: By): Promise<string | null> {
  return name === '' ? null : (await findTeam(db, name, by)).id;
}
