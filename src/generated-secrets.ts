import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, ConfigError, type MasterKey, parseMasterKeys } from './config.ts';
import { createWhole, makeFolder } from './owned-files.ts';

export interface Secrets {
  readonly masterKeys: readonly MasterKey[];
  readonly cookieKeys: readonly string[];
}

/**
 * The configured keys; where development has none, random ones that are made once and kept in DATA_DIR, readable by
 * this user only. Production never gets here without its own (config.ts). No master key is made where the database `hasKeys`.
 * @throws {ConfigError}
 */
export function resolveSecrets(config: Config, hasKeys: boolean): Secrets {
  const { masterKeys, cookieKeys } = config;
  if (masterKeys.length > 0 && cookieKeys.length > 0) return { masterKeys, cookieKeys };
  // New cookie keys cost people a sign-in. New master keys could not open what is there.
  const generated = readOrGenerate(join(config.dataDir, 'secrets.json'), hasKeys && masterKeys.length === 0);
  return {
    masterKeys: masterKeys.length > 0 ? masterKeys : parseMasterKeys(generated.masterKeys),
    cookieKeys: cookieKeys.length > 0 ? cookieKeys : [generated.cookieKeys],
  };
}

interface Generated {
  masterKeys: string;
  cookieKeys: string;
}

function readOrGenerate(file: string, hasKeys: boolean): Generated {
  const kept = read(file);
  if (kept) return kept;
  if (hasKeys) {
    throw new ConfigError(
      'DATA_DIR',
      `has no ${file}, and the database has keys that were encrypted with it; restore it, or set MASTER_KEYS`,
    );
  }
  const fresh: Generated = {
    masterKeys: `generated:${randomBytes(32).toString('base64')}`,
    cookieKeys: randomBytes(48).toString('base64url'),
  };
  try {
    makeFolder(dirname(file));
    // Of two processes that start together one creates it, and the other reads what that wrote.
    if (createWhole(file, `${JSON.stringify(fresh, null, 2)}\n`)) return fresh;
  } catch (error) {
    throw new ConfigError('DATA_DIR', `${file} cannot be written (${(error as Error).message})`);
  }
  return read(file) ?? fresh;
}

/** undefined when there is none. What cannot be read is never taken for none: new keys would open nothing old. */
function read(file: string): Generated | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError('DATA_DIR', `${file} cannot be read (${(error as Error).message}); check its permissions`);
  }
  const kept = parse(text);
  if (kept) return kept;
  throw new ConfigError(
    'DATA_DIR',
    `${file} is ${text.trim() === '' ? 'empty' : 'damaged'}, as a full disk may leave it; restore it from a backup, or delete it if this server never worked: then it is made anew`,
  );
}

function parse(text: string): Generated | undefined {
  try {
    const { masterKeys, cookieKeys } = JSON.parse(text) as Generated;
    const isWhole = parseMasterKeys(masterKeys).length > 0 && typeof cookieKeys === 'string' && cookieKeys.length >= 32;
    return isWhole ? { masterKeys, cookieKeys } : undefined;
  } catch {
    return undefined;
  }
}
