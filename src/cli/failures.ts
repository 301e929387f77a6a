import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { DataDirInUse } from '../db/connections/embedded.ts';
import { DatabaseUnusable, explainDatabaseFailure } from '../db/connections/explain.ts';
import { AppError } from '../errors.ts';
import { MissingMasterKey, WrongMasterKey } from '../keys/sealing/seal.ts';

/** Something about the command's own surroundings that stops it; the message is one sentence for the operator. */
export class CommandFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
  }
}

const EXPECTED = [
  AppError,
  ConfigError,
  CommandFailure,
  DataDirInUse,
  DatabaseUnusable,
  MissingMasterKey,
  WrongMasterKey,
];

/** The option that fills a field of an action's input, where it is not the field's name in kebab case. */
const OPTIONS: Record<string, string> = {
  scopes: '--scope',
  signingAlg: '--alg',
  redirectUris: '--redirect-uri',
  postLogoutRedirectUris: '--post-logout-redirect-uri',
  subscriptions: '--api',
  visibleTeams: '--visible-team',
  teamId: '--team',
  clientId: '--app',
  password: 'password',
};

/** What went wrong, one line per problem. */
export function explainFailure(error: unknown): string[] {
  if (error instanceof z.ZodError) return [...new Set(error.issues.map(explainIssue))];
  if (!(error instanceof Error)) return [String(error)];
  if (EXPECTED.some((expected) => error instanceof expected)) return error.message.split('\n');
  return [explainDatabaseFailure(error) ?? explainFileFailure(error) ?? explainFault(error)];
}

/** An unexpected failure in one line: a stack helps nobody at a terminal. */
function explainFault(error: Error): string {
  const [first = ''] = error.message.split('\n');
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  return `something went wrong that should not: ${error.name}: ${first}${code}; please report it with the command`;
}

function explainIssue({ path, message }: { path: PropertyKey[]; message: string }): string {
  const [field, index] = path;
  if (typeof field !== 'string') return message;
  const option = OPTIONS[field] ?? `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return typeof index === 'number' ? `${option} (number ${index + 1}): ${message}` : `${option}: ${message}`;
}

const FILE_SYSTEM = /^(EACCES|ENOSPC|ENOTDIR|EEXIST|EPERM|EROFS|ERR_SQLITE_ERROR)$/;

function explainFileFailure(error: Error): string | undefined {
  if (!('code' in error) || !FILE_SYSTEM.test(String(error.code))) return undefined;
  return `DATA_DIR: cannot be used (${error.message}); check its permissions`;
}
