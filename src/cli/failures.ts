import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { DataDirInUse } from '../db/connection.ts';
import { AppError } from '../errors.ts';
import { MissingMasterKey, WrongMasterKey } from '../keys/seal.ts';

/** Something about the command's own surroundings that stops it; the message is one sentence for the operator. */
export class CommandFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
  }
}

const EXPECTED = [AppError, ConfigError, CommandFailure, DataDirInUse, MissingMasterKey, WrongMasterKey];

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
  return [explainDatabaseFailure(error) ?? error.stack ?? error.message];
}

function explainIssue({ path, message }: { path: PropertyKey[]; message: string }): string {
  const [field, index] = path;
  if (typeof field !== 'string') return message;
  const option = OPTIONS[field] ?? `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return typeof index === 'number' ? `${option} (number ${index + 1}): ${message}` : `${option}: ${message}`;
}

const NETWORK = /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)$/;
/** SQLSTATE classes: connection, authentication, no such database. */
const REFUSED_BY_POSTGRES = /^(08|28|3D)...$/;
const FILE_SYSTEM = /^(EACCES|ENOSPC|ENOTDIR|EEXIST|EPERM|EROFS|ERR_SQLITE_ERROR)$/;
/** Errors of the pool, which have no code. */
const NO_CONNECTION = /^(timeout exceeded when trying to connect|Connection terminated)/;

function explainDatabaseFailure(error: Error): string | undefined {
  // An address with several IPs fails with one error for each.
  const causes: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const reasons = causes.map((cause) => (cause instanceof Error ? cause.message : String(cause))).join('; ');
  const codes = causes.map((cause) => (cause instanceof Error && 'code' in cause ? String(cause.code) : ''));
  if (codes.some((code) => FILE_SYSTEM.test(code))) {
    return `DATA_DIR: cannot be used (${reasons}); check its permissions`;
  }
  if (NO_CONNECTION.test(error.message) || codes.some((code) => NETWORK.test(code) || REFUSED_BY_POSTGRES.test(code))) {
    return `DATABASE_URL: cannot be used (${reasons}); check the address and that PostgreSQL runs`;
  }
  return undefined;
}
