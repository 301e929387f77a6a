import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { NewClient } from '../clients/client-input.ts';
import { type CreatedClient, createClient } from '../clients/clients.ts';
import { type Access, fillInScopes, groupAccess, type Subscription } from './app-subscriptions.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { CommandFailure } from './failures.ts';
import { collect, wholeNumber } from './option-values.ts';
import { formatFields, printable } from './output.ts';
import { presentApp } from './present-app.ts';

type Wanted = z.input<typeof NewClient>;

type SameAsWanted =
  | 'name'
  | 'type'
  | 'authMethod'
  | 'defaultApi'
  | 'idTokenAlg'
  | 'pkce'
  | 'requirePar'
  | 'refreshRetrySeconds';

interface CreateOptions extends Pick<Wanted, SameAsWanted> {
  readonly redirectUri?: string[];
  readonly postLogoutRedirectUri?: string[];
  readonly jwks?: string;
  readonly json?: boolean;
}

const ACCESS_RULE = `With one --api every --scope belongs to it; with several, each --scope belongs to the --api before it.
An --api without a --scope stands for all scopes that the API has now.`;

const PROBLEMS = {
  scope_without_api: 'a --scope needs the --api that it belongs to',
  scope_before_api: 'with several --api, each --scope must follow the --api that it belongs to',
} as const;

const { shape } = NewClient;

export function addAppCreateCommand(app: Command, line: CommandLine): void {
  // One list for both options, since their order among each other says which scope belongs to which API.
  const order: Access[] = [];
  const addScopes = (value: string) => order.push(...value.split(/\s+/).map((scope) => ({ scope })));

  withJson(app.command('create').description('register an app'))
    .requiredOption('--name <name>', 'what people read when they are asked for consent')
    .addOption(choice('--type <type>', 'what kind of program it is', shape.type.options).makeOptionMandatory())
    .option('--redirect-uri <uri>', 'where people come back to; may be repeated', collect)
    .option('--post-logout-redirect-uri <uri>', 'where people may go after signing out; may be repeated', collect)
    .option('--api <url>', 'an API that it may use; may be repeated (see below)', (url) => order.push({ api: url }))
    .option('--scope <scope>', 'a scope of that API; may be repeated (see below)', addScopes)
    .option('--default-api <url>', 'the API whose tokens it gets when it names none')
    .addOption(choice('--auth-method <method>', 'how it authenticates', shape.authMethod.unwrap().options))
    .option('--jwks <file>', 'its public keys, a JWK Set, for private_key_jwt')
    .option('--refresh-retry-seconds <n>', 'how long a repeated refresh gets the same answer, 0 to 60', wholeNumber)
    .addOption(choice('--id-token-alg <alg>', 'what its ID tokens are signed with', shape.idTokenAlg.unwrap().options))
    .addOption(choice('--pkce <rule>', 'what must protect a code', shape.pkce.unwrap().options))
    .option('--require-par', 'accept only pushed authorization requests')
    .addHelpText('after', `\n${ACCESS_RULE}`)
    .action(async (options: CreateOptions, command: Command) => {
      const grouping = groupAccess(order);
      if (!grouping.ok) command.error(`error: ${PROBLEMS[grouping.problem]}`);
      await create(line, options, grouping.subscriptions);
    });
}

function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}

async function create(line: CommandLine, options: CreateOptions, access: readonly Subscription[]): Promise<void> {
  const { name, type, authMethod, defaultApi, idTokenAlg, pkce, requirePar, refreshRetrySeconds } = options;
  const { redirectUri, postLogoutRedirectUri, jwks } = options;
  const wanted = {
    name,
    type,
    authMethod,
    defaultApi,
    idTokenAlg,
    pkce,
    requirePar,
    refreshRetrySeconds,
    redirectUris: redirectUri,
    postLogoutRedirectUris: postLogoutRedirectUri,
    jwks: jwks === undefined ? undefined : await readJwks(line, jwks),
  };
  const { subscriptions, created } = await line.withDatabase(async (db) => {
    const subscriptions = await fillInScopes(db, access);
    return { subscriptions, created: await createClient(db, { ...wanted, subscriptions }, line.by()) };
  });
  const { client, secret } = created;
  line.answer(options, {
    json: {
      ...presentApp(client, defaultApi ?? null),
      apis: subscriptions.map(({ api, scopes }) => ({ identifier: api, scopes })),
      ...(secret ? { client_secret: secret.secret, secret_id: secret.id } : {}),
    },
    text: describe(created, subscriptions),
  });
}

/** The schema of the action says whether it is a JWK Set. */
async function readJwks(line: CommandLine, file: string): Promise<Wanted['jwks']> {
  try {
    return JSON.parse(await line.io.readFile(file)) as Wanted['jwks'];
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new CommandFailure(`--jwks: ${file} ${problem}`, { cause: error });
  }
}

function describe({ client, secret }: CreatedClient, subscriptions: readonly Subscription[]): string {
  const fields: [string, string][] = [['client_id', client.id]];
  if (secret) fields.push(['client_secret', secret.secret]);
  for (const { api, scopes } of subscriptions) fields.push(['may use', `${api} (${scopes.join(' ')})`]);
  const lines = [`Created the ${client.type} app ${printable(client.name)}.`, '', formatFields(fields)];
  if (secret) lines.push('', 'The secret is shown this once; only a hash of it is kept.');
  return lines.join('\n');
}
