import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { type ClientChanges, NewClient } from '../../clients/client-input.ts';
import { parseJwks } from '../../clients/keys/public-keys.ts';
import { type Setting, settings } from '../../clients/settings/settings.ts';
import { JsonProblem } from '../../json.ts';
import type { CommandLine } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { choice, collect, given, orEmpty, orNone, wholeNumber } from '../option-values.ts';

type Changes = z.input<typeof ClientChanges>;

/** What can be said of an app when it is created, and also later; the settings by the names that their options give them. */
export interface AppOptions extends Pick<Changes, 'name' | 'authMethod'> {
  readonly defaultApi?: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly [setting: string]: unknown;
}

const { shape } = NewClient;

export function addAppOptions(command: Command): Command {
  for (const [, setting] of settings) command.addOption(optionFor(setting));
  return command
    .option('--default-api <url>', 'the API whose tokens it gets when it names none')
    .addOption(choice('--auth-method <method>', 'how it authenticates', shape.authMethod.unwrap().options))
    .option('--jwks <file>', 'its public keys, a JWK Set, for private_key_jwt')
    .option('--jwks-uri <url>', 'the address where it publishes its public keys, in place of --jwks');
}

/** For an app that is there: what was switched on can be switched off. */
export function addOffOptions(command: Command): Command {
  for (const [, setting] of settings) {
    if (setting.kind === 'switch') command.option(setting.option.replace('--', '--no-'), setting.helpOff);
  }
  return command;
}

function optionFor(setting: Setting): Option {
  const { kind, option, help } = setting;
  if (kind === 'choice') return choice(option, help, Object.keys(setting.choices));
  const made = new Option(option, help);
  if (kind === 'list') return made.argParser(collect);
  return kind === 'number' ? made.argParser(wholeNumber) : made;
}

/** The fields of the action's input. An empty value takes away what was there. */
export async function readAppOptions(line: CommandLine, options: AppOptions): Promise<Changes> {
  return given({
    name: options.name,
    defaultApi: orNone(options.defaultApi),
    authMethod: options.authMethod,
    jwks: options.jwks === undefined ? undefined : await readJwks(line, options.jwks),
    jwksUri: orNone(options.jwksUri),
    ...Object.fromEntries(settings.map(([name, setting]) => [name, readSetting(setting, options)])),
  });
}

function readSetting(setting: Setting, options: AppOptions): unknown {
  const value = options[optionFor(setting).attributeName()];
  if (setting.kind === 'list') return orEmpty(value as string[] | undefined);
  return value === '' && setting.whenNew === null ? null : value;
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
