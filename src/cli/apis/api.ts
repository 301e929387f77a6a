import type { Command } from 'commander';
import { findScopesOf } from '../../apis/apis.ts';
import { type CatalogueApi, findCatalogueApi } from '../../apis/catalogue/find-api.ts';
import { ApiQuery, browseApis } from '../../apis/catalogue/list-apis.ts';
import { presentApi } from '../../apis/present.ts';
import { describeSigning } from '../../keys/signing-now.ts';
import { findTeam } from '../../teams/find-team.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatFields, formatTable, formatTime, printable } from '../output.ts';
import { addApiUsageCommand } from '../usage.ts';
import { addApiCreateCommand } from './create.ts';
import { presentFound } from './found.ts';
import { addApiLifecycleCommands } from './lifecycle.ts';
import { addApiUpdateCommand } from './update.ts';

export function addApiCommands(program: Command, line: CommandLine): void {
  const api = program.command('api').description('the APIs that tokens are for');
  withSort(ApiQuery, '-created', api.command('list').description('list the APIs, the newest first'))
    .option('--team <team>', 'only those of this team, by its id or name')
    .action((options: Wanted) => list(line, options));
  withJson(api.command('show').description('tell everything about an API'))
    .argument('<api>', 'its identifier')
    .action((name: string, options: { json?: boolean }) => show(line, name, options));
  addApiCreateCommand(api, line);
  addApiUpdateCommand(api, line);
  addApiLifecycleCommands(api, line);
  addApiUsageCommand(api, line);
  api.addHelpText('after', examples('api list', 'api show https://orders.example.com'));
}

type Wanted = SortedList<typeof ApiQuery> & { readonly team?: string };

async function list(line: CommandLine, options: Wanted): Promise<void> {
  const by = line.by();
  const { search, sort, team } = options;
  const { apis, scopes } = await line.withDatabase(async (db) => {
    const teamId = team === undefined ? undefined : (await findTeam(db, team, by)).id;
    const apis = await collectRows(line, options, (page) =>
      browseApis(db, { ...page, search, sort, team: teamId }, by),
    );
    return {
      apis,
      scopes: await findScopesOf(
        db,
        apis.map(({ id }) => id),
      ),
    };
  });
  const scopesOf = (id: string) => scopes.get(id) ?? [];
  const rows = apis.map((api) => [
    api.identifier,
    api.name,
    `${api.token_lifetime} s`,
    api.signing_alg,
    api.teamName ?? '',
    api.suspended_at ? 'suspended' : 'active',
    formatTime(api.lastUsedAt),
    scopesOf(api.id)
      .map((scope) => scope.name)
      .join(' '),
  ]);
  line.answer(options, {
    json: apis.map((api) => ({
      ...presentApi(api, { teamName: api.teamName, scopes: scopesOf(api.id) }),
      subscribers: Number(api.subscribers ?? 0),
      last_used_at: api.lastUsedAt?.toISOString() ?? null,
    })),
    text: formatTable(
      ['IDENTIFIER', 'NAME', 'LIFETIME', 'ALG', 'TEAM', 'STATE', 'LAST USED', 'SCOPES'],
      rows,
      'There are no APIs yet.',
    ),
  });
}

async function show(line: CommandLine, name: string, options: { json?: boolean }): Promise<void> {
  const found = await line.withDatabase((db) => findCatalogueApi(db, name, line.by()));
  line.answer(options, { json: presentFound(found), text: describe(found) });
}

function describe({ api, signing, teamName, scopes, visibleTeams }: CatalogueApi): string {
  const fields = [
    ['id', api.id],
    ['identifier', api.identifier],
    ['description', api.description],
    ['documentation', api.docs_url ?? ''],
    ['team', teamName ?? '(the operator)'],
    ['state', api.suspended_at ? `suspended: ${api.suspended_reason}` : 'active'],
    ['seen by', api.visibility === 'selected' ? visibleTeams.map((team) => team.name).join(', ') : api.visibility],
    [
      'tokens',
      `${describeSigning(signing, formatTime)}; ${api.token_lifetime} seconds${api.roles_claim ? ', with roles' : ''}`,
    ],
  ].filter(([, value]) => value) as [string, string][];
  const rows = scopes.map(({ name, description, needs_approval, needs_role }) => [
    name,
    description,
    [needs_approval ? 'approval' : '', needs_role ? 'a role' : ''].filter(Boolean).join(', '),
  ]);
  const table = formatTable(['SCOPE', 'DESCRIPTION', 'NEEDS'], rows, 'It has no scopes.');
  return `${printable(api.name)}\n\n${formatFields(fields)}\n\n${table}`;
}
