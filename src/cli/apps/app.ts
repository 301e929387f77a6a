import type { Command } from 'commander';
import { findAppApis } from '../../apis/app-apis.ts';
import { type ClientDetails, findClient } from '../../clients/find-clients.ts';
import { ClientQuery, listClients } from '../../clients/list-clients.ts';
import { presentApp, presentIdTokenSigning, presentListedApp } from '../../clients/present.ts';
import { describeSigning, findIdTokenSigning, type SigningNow } from '../../keys/signing-now.ts';
import { findTeam } from '../../teams/find-team.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { collectRows, type SortedList, withSort } from '../listing.ts';
import { examples, formatDay, formatFields, formatTable, formatTime, printable } from '../output.ts';
import { addAppUsageCommand } from '../usage.ts';
import { addAppClaimsCommand } from './claims.ts';
import { addAppCreateCommand } from './create.ts';
import { addAppLifecycleCommands } from './lifecycle.ts';
import { addAppRequestsCommand } from './requests.ts';
import { addSecretCommands } from './secrets.ts';
import { addAppUpdateCommand } from './update.ts';

export function addAppCommands(program: Command, line: CommandLine): void {
  const app = program.command('app').description('the apps that ask for tokens');
  withSort(ClientQuery, '-created', app.command('list').description('list the apps, the newest first'))
    .option('--team <team>', 'only those of this team, by its id or name')
    .action((options: Wanted) => list(line, options));
  withJson(app.command('show').description('tell everything about an app but its secrets'))
    .argument('<app>', 'its client_id')
    .action((clientId: string, options: { json?: boolean }) => show(line, clientId, options));
  addAppCreateCommand(app, line);
  addAppUpdateCommand(app, line);
  addAppLifecycleCommands(app, line);
  addAppClaimsCommand(app, line);
  addAppUsageCommand(app, line);
  addAppRequestsCommand(app, line);
  addSecretCommands(app, line).description('the same as “latchkey secret”');
  app.addHelpText('after', examples('app list --search dashboard', 'app show app_8dd49c5841b8e2bcfeac14ed'));

  addSecretCommands(program, line).description('the secrets of an app; several work side by side');
}

/** Both names of the id: `id` as everywhere here, and `client_id` as the standards have it. */
const named = <App extends { id: string }>(app: App) => ({ client_id: app.id, ...app });

type Wanted = SortedList<typeof ClientQuery> & { readonly team?: string };

async function list(line: CommandLine, options: Wanted): Promise<void> {
  const by = line.by();
  const { search, sort, team } = options;
  const clients = await line.withDatabase(async (db) => {
    const teamId = team === undefined ? undefined : (await findTeam(db, team, by)).id;
    return collectRows(line, options, (page) => listClients(db, { ...page, search, sort, team: teamId }, by));
  });
  const rows = clients.map((client) => [
    client.id,
    client.name,
    client.type,
    client.team_name ?? '',
    formatDay(client.created_at),
    formatTime(client.last_used_hour),
    client.disabled_at ? 'disabled' : 'active',
  ]);
  line.answer(options, {
    json: clients.map((client) => named(presentListedApp(client))),
    text: formatTable(
      ['CLIENT ID', 'NAME', 'TYPE', 'TEAM', 'CREATED', 'LAST USED', 'STATE'],
      rows,
      'There are no apps yet.',
    ),
  });
}

async function show(line: CommandLine, clientId: string, options: { json?: boolean }): Promise<void> {
  const { client, signing, apis } = await line.withDatabase(async (db) => {
    const client = await findClient(db, clientId, 'app.read', line.by());
    const signing = await findIdTokenSigning(db, client, line.by().now);
    return { client, signing, apis: await findAppApis(db, clientId) };
  });
  line.answer(options, {
    json: {
      ...named(presentApp(client)),
      ...presentIdTokenSigning(signing),
      apis: apis.map(({ api, subscribed }) => ({ identifier: api.identifier, scopes: subscribed })),
    },
    text: `${printable(client.name)}\n\n${formatFields([
      ...fieldsOf(client, signing),
      ...apis.map(({ api, subscribed }) => ['may use', `${api.identifier} (${subscribed.join(' ')})`] as const),
    ])}`,
  });
}

function fieldsOf(client: ClientDetails, signing: SigningNow): (readonly [string, string])[] {
  const some = (name: string, value: string | null) => (value ? [[name, value] as const] : []);
  return [
    ['client_id', client.id],
    ['type', client.type],
    ...some('description', client.description),
    ...some('homepage', client.homepage_url),
    ['team', client.team_name ?? '(the operator)'],
    ['state', client.disabled_at ? `disabled: ${client.disabled_reason ?? 'no reason was given'}` : 'active'],
    ['authenticates by', client.auth_method],
    ...client.redirect_uris.map((uri) => ['redirect URI', uri] as const),
    ...client.post_logout_redirect_uris.map((uri) => ['after signing out', uri] as const),
    ...some('keys at', client.jwks_uri),
    ...some('default API', client.default_api),
    ['ID tokens', describeSigning(signing, formatTime)],
    ['PKCE', client.pkce],
    ['created', formatDay(client.created_at)],
  ];
}
