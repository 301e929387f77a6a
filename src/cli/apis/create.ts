import type { Command } from 'commander';
import { createApi } from '../../apis/apis.ts';
import { findCatalogueApi } from '../../apis/catalogue/find-api.ts';
import { findTeam } from '../../teams/find-team.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { collect } from '../option-values.ts';
import { examples, formatFields, printable } from '../output.ts';
import { type ApiOptions, addApiOptions, readApiOptions, unknownAmong, type WantedScope } from './api-options.ts';
import { presentFound, waitOf } from './found.ts';
import { parseScopeOption, SCOPE_RULE } from './scope-option.ts';

interface CreateOptions extends ApiOptions {
  readonly identifier: string;
  readonly name: string;
  readonly scope?: string[];
  readonly json?: boolean;
}

export function addApiCreateCommand(api: Command, line: CommandLine): void {
  const create = withJson(api.command('create').description('add an API to the catalogue'))
    .requiredOption('--identifier <url>', 'the URI that becomes the audience of its tokens')
    .requiredOption('--name <name>', 'what people read')
    .option('--scope <name:description>', 'a scope of the API; may be repeated (see below)', collect);
  addApiOptions(create)
    .addHelpText('after', `\n${SCOPE_RULE}`)
    .addHelpText(
      'after',
      examples(
        'api create --identifier https://orders.example.com --name Orders --scope "orders:read:Read orders"',
        'api create --identifier https://pay.example.com --name Pay --team Money --scope pay --needs-approval pay',
      ),
    )
    .action((options: CreateOptions) => createOne(line, options));
}

async function createOne(line: CommandLine, options: CreateOptions): Promise<void> {
  const { identifier, name, team } = options;
  const wanted = { ...readApiOptions(options), identifier, name, scopes: readScopes(options) };
  const by = line.by();
  const found = await line.withDatabase(async (db) => {
    const teamId = team ? (await findTeam(db, team, by)).id : null;
    const { id } = await createApi(db, { ...wanted, teamId }, by);
    return findCatalogueApi(db, id, by);
  });
  const scopes = found.scopes.map((scope) => [scope.name, scope.description || '(no description)'] as const);
  const heading = `Created the API ${printable(found.api.name)} (${found.api.identifier}).${waitOf(found)}`;
  line.answer(options, {
    json: presentFound(found),
    text: scopes.length === 0 ? heading : `${heading}\n\n${formatFields(scopes)}`,
  });
}

function readScopes({ scope = [], needsApproval = [], needsRole = [] }: CreateOptions): WantedScope[] {
  const scopes = scope.map(parseScopeOption).map(({ name, description }) => ({
    name,
    description,
    needsApproval: needsApproval.includes(name),
    needsRole: needsRole.includes(name),
  }));
  const [unknown] = unknownAmong(scopes, [...needsApproval, ...needsRole]);
  if (unknown !== undefined) throw new CommandFailure(`there is no --scope ${unknown} that could need something`);
  return scopes;
}
