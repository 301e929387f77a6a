import type { Command } from 'commander';
import type { z } from 'zod';
import { NewClient } from '../../clients/client-input.ts';
import { type CreatedClient, createClient } from '../../clients/clients.ts';
import { findClient } from '../../clients/find-clients.ts';
import { presentApp } from '../../clients/present.ts';
import { findTeam } from '../../teams/find-team.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { choice } from '../option-values.ts';
import { examples, formatFields, printable } from '../output.ts';
import { type Access, fillInScopes, groupAccess, type Subscription } from './access-options.ts';
import { type AppOptions, addAppOptions, readAppOptions } from './app-options.ts';

interface CreateOptions extends AppOptions {
  readonly name: string;
  readonly type: z.input<typeof NewClient>['type'];
  readonly team?: string;
  readonly id?: string;
  readonly json?: boolean;
}

const ACCESS_RULE = `With one --api every --scope belongs to it; with several, each --scope belongs to the --api before it.
An --api without a --scope stands for all scopes that the API has now.`;

const PROBLEMS = {
  scope_without_api: 'a --scope needs the --api that it belongs to',
  scope_before_api: 'with several --api, each --scope must follow the --api that it belongs to',
} as const;

export function addAppCreateCommand(app: Command, line: CommandLine): void {
  // One list for both options, since their order among each other says which scope belongs to which API.
  const order: Access[] = [];
  const addScopes = (value: string) => order.push(...value.split(/\s+/).map((scope) => ({ scope })));

  const create = withJson(app.command('create').description('register an app'))
    .requiredOption('--name <name>', 'what people read when they are asked for consent')
    .addOption(
      choice('--type <type>', 'what kind of program it is', NewClient.shape.type.options).makeOptionMandatory(),
    )
    .option('--team <team>', 'the team that owns it, by its id or name (default: the operator)')
    .option('--api <url>', 'an API that it may use; may be repeated (see below)', (url) => order.push({ api: url }))
    .option('--scope <scope>', 'a scope of that API; may be repeated (see below)', addScopes);
  addAppOptions(create)
    .option('--id <id>', 'its client_id (default: a random one)')
    .addHelpText('after', `\n${ACCESS_RULE}`)
    .addHelpText(
      'after',
      examples(
        'app create --name Nightly --type machine --api https://orders.example.com',
        'app create --name Shop --type web --team Sales --redirect-uri https://shop.example.com/callback',
      ),
    )
    .action(async (options: CreateOptions, command: Command) => {
      const grouping = groupAccess(order);
      if (!grouping.ok) command.error(`error: ${PROBLEMS[grouping.problem]}`);
      await createApp(line, options, grouping.subscriptions);
    });
}

async function createApp(line: CommandLine, options: CreateOptions, access: readonly Subscription[]): Promise<void> {
  const { type, team, id } = options;
  const fields = await readAppOptions(line, options);
  const { subscriptions, created, shown } = await line.withDatabase(async (db, { config }) => {
    const by = line.by(config);
    const subscriptions = await fillInScopes(db, access);
    const owner = team === undefined ? undefined : (await findTeam(db, team, by)).id;
    const wanted = { ...fields, name: options.name, type, id, team: owner, subscriptions };
    const created = await createClient(db, wanted as z.input<typeof NewClient>, by);
    return { subscriptions, created, shown: await findClient(db, created.client.id, 'app.read', by) };
  });
  const { secret } = created;
  line.answer(options, {
    json: {
      client_id: shown.id,
      ...presentApp(shown),
      apis: subscriptions.map(({ api, scopes }) => ({ identifier: api, scopes })),
      ...(secret ? { client_secret: secret.secret, secret_id: secret.id } : {}),
    },
    text: describe(created, subscriptions),
  });
}

function describe({ client, secret }: CreatedClient, subscriptions: readonly Subscription[]): string {
  const fields: [string, string][] = [['client_id', client.id]];
  if (secret) fields.push(['client_secret', secret.secret]);
  for (const { api, scopes } of subscriptions) fields.push(['may use', `${api} (${scopes.join(' ')})`]);
  const lines = [`Created the ${client.type} app ${printable(client.name)}.`, '', formatFields(fields)];
  if (secret) lines.push('', 'The secret is shown this once; only a hash of it is kept.');
  return lines.join('\n');
}
