import type { Command } from 'commander';
import type { z } from 'zod';
import { type ClientChanges, NewClient } from '../../clients/client-input.ts';
import { parseJwks } from '../../clients/keys/public-keys.ts';
import { JsonProblem } from '../../json.ts';
import type { CommandLine } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { choice, collect, given, orEmpty, orNone, wholeNumber } from '../option-values.ts';

type Changes = z.input<typeof ClientChanges>;

/** What can be said of an app when it is created, and also later. */
export interface AppOptions extends Pick<Changes, 'name' | 'authMethod' | 'idTokenAlg' | 'pkce' | 'requirePar'> {
  readonly description?: string;
  readonly homepage?: string;
  readonly redirectUri?: string[];
  readonly postLogoutRedirectUri?: string[];
  readonly defaultApi?: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly refreshRetrySeconds?: number;
}

const { shape } = NewClient;

export function addAppOptions(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .option('--homepage <url>', 'a page about it')
    .option('--redirect-uri <uri>', 'where people come back to; may be repeated', collect)
    .option('--post-logout-redirect-uri <uri>', 'where people may go after signing out; may be repeated', collect)
    .option('--default-api <url>', 'the API whose tokens it gets when it names none')
    .addOption(choice('--auth-method <method>', 'how it authenticates', shape.authMethod.unwrap().options))
    .option('--jwks <file>', 'its public keys, a JWK Set, for private_key_jwt')
    .option('--jwks-uri <url>', 'the address where it publishes its public keys, in place of --jwks')
    .option('--refresh-retry-seconds <n>', 'how long a repeated refresh gets the same answer, 0 to 60', wholeNumber)
    .addOption(choice('--id-token-alg <alg>', 'what its ID tokens are signed with', shape.idTokenAlg.unwrap().options))
    .addOption(choice('--pkce <rule>', 'what must protect a code', shape.pkce.unwrap().options))
    .option('--require-par', 'accept only pushed authorization requests');
}

/** The fields of the action's input. An empty value takes away what was there. */
export async function readAppOptions(line: CommandLine, options: AppOptions): Promise<Changes> {
  const { description, authMethod, idTokenAlg, pkce, requirePar, refreshRetrySeconds } = options;
  return given({
    name: options.name,
    description,
    homepage: orNone(options.homepage),
    redirectUris: orEmpty(options.redirectUri),
    postLogoutRedirectUris: orEmpty(options.postLogoutRedirectUri),
    defaultApi: orNone(options.defaultApi),
    authMethod,
    jwks: options.jwks === undefined ? undefined : await readJwks(line, options.jwks),
    jwksUri: orNone(options.jwksUri),
    idTokenAlg,
    pkce,
    requirePar,
    refreshRetrySeconds,
  });
}

/** The schema of the action says whether it is a JWK Set. */
async function readJwks(line: CommandLine, file: string): Promise<Changes['jwks']> {
  try {
    return parseJwks(await line.io.readFile(file));
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const problem = error instanceof JsonProblem ? error.message : 'cannot be read';
    throw new CommandFailure(`--jwks: ${file} ${problem}`, { cause: error });
  }
}
