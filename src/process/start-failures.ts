import { ConfigError } from '../config.ts';
import { explainDatabaseFailure } from '../db/connections/explain.ts';

/** Errors of the operating system, the database or the keys, in one line where that says enough. */
export function explainStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  if (['DataDirInUse', 'DatabaseUnusable', 'MissingMasterKey', 'WrongMasterKey', 'MissingSigner'].includes(error.name))
    return error.message;
  if (error.name === 'SignerUnavailable') return 'SIGNER: does not answer; start it first, and check the path';
  return explainDatabaseFailure(error) ?? error.stack ?? error.message;
}
