import { type Command, Option } from 'commander';
import { NewApi } from '../apis/api-schema.ts';
import { type ApiWithScopes, createApi, listApis } from '../apis/apis.ts';
import { allowIntrospection } from '../apis/introspectors.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { collect, wholeNumber } from './option-values.ts';
import { formatFields, formatTable, printable } from './output.ts';
import { parseScopeOption, SCOPE_RULE } from './scope-option.ts';

interface CreateOptions {
  readonly identifier: string;
  readonly name: string;
  readonly scope?: string[];
  readonly tokenLifetime?: number;
  readonly alg?: 'ES256' | 'RS256' | 'EdDSA';
  readonly json?: boolean;
}

export function addApiCommands(program: Command, line: CommandLine): void {
  const api = program.command('api').description('the APIs that tokens are for');

  withJson(api.command('create').description('add an API to the catalogue'))
    .requiredOption('--identifier <url>', 'the URI that becomes the audience of its tokens')
    .requiredOption('--name <name>', 'what people read')
    .option('--scope <name:description>', 'a scope of the API; may be repeated (see below)', collect)
    .option('--token-lifetime <seconds>', 'how long its access tokens live (default: 300)', wholeNumber)
    .addOption(
      new Option('--alg <alg>', 'what its access tokens are signed with (default: ES256)').choices(
        NewApi.shape.signingAlg.unwrap().options,
      ),
    )
    .addHelpText('after', `\n${SCOPE_RULE}`)
    .action((options: CreateOptions) => create(line, options));

  withJson(
    api.command('allow-introspection').description("let an app introspect an API's tokens, as its resource server"),
  )
    .argument('<identifier>', 'the API')
    .argument('<app>', 'its client_id')
    .action((identifier: string, clientId: string, options: { json?: boolean }) =>
      allow(line, identifier, clientId, options),
    );

  withJson(api.command('list').description('list the APIs')).action((options: { json?: boolean }) =>
    list(line, options),
  );
}

async function create(line: CommandLine, options: CreateOptions): Promise<void> {
  const { identifier, name, scope = [], tokenLifetime, alg } = options;
  const wanted = { identifier, name, scopes: scope.map(parseScopeOption), tokenLifetime, signingAlg: alg };
  const api = await line.withDatabase((db) => createApi(db, wanted, line.by()));
  line.answer(options, { json: presentApi(api), text: describeApi(api) });
}

async function list(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const apis = await line.withDatabase(listApis);
  const rows = apis.map((api) => [
    api.identifier,
    api.name,
    `${api.token_lifetime} s`,
    api.signing_alg,
    api.scopes.map((scope) => scope.name).join(' '),
  ]);
  line.answer(options, {
    json: apis.map(presentApi),
    text: formatTable(['IDENTIFIER', 'NAME', 'LIFETIME', 'ALG', 'SCOPES'], rows, 'There are no APIs yet.'),
  });
}

async function allow(line: CommandLine, apiIdentifier: string, clientId: string, options: { json?: boolean }) {
  await line.withDatabase((db) => allowIntrospection(db, { apiIdentifier, clientId }, line.by()));
  line.answer(options, {
    json: { api: apiIdentifier, client_id: clientId, introspection: true },
    text: `${clientId} may introspect the tokens of ${apiIdentifier}.`,
  });
}

function presentApi(api: ApiWithScopes) {
  const { id, identifier, name, scopes, token_lifetime, signing_alg, created_at } = api;
  return { id, identifier, name, scopes, token_lifetime, signing_alg, created_at };
}

function describeApi(api: ApiWithScopes): string {
  const heading = `Created the API ${printable(api.name)} (${api.identifier}).`;
  if (api.scopes.length === 0) return heading;
  const scopes = api.scopes.map(({ name, description }) => [name, description || '(no description)'] as const);
  return `${heading}\n\n${formatFields(scopes)}`;
}
