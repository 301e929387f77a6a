import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, type MasterKey, parseMasterKeys } from './config.ts';

export interface Secrets {
  readonly masterKeys: readonly MasterKey[];
  readonly cookieKeys: readonly string[];
}

/**
 * The configured keys; where development has none, random ones that are made once and kept in DATA_DIR, readable by
 * this user only. Production never gets here without its own (config.ts).
 */
export function resolveSecrets(config: Config): Secrets {
  const { masterKeys, cookieKeys } = config;
  if (masterKeys.length > 0 && cookieKeys.length > 0) return { masterKeys, cookieKeys };
  const generated = readOrGenerate(join(config.dataDir, 'secrets.json'), config.dataDir);
  return {
    masterKeys: masterKeys.length > 0 ? masterKeys : parseMasterKeys(generated.masterKeys),
    cookieKeys: cookieKeys.length > 0 ? cookieKeys : [generated.cookieKeys],
  };
}

interface Generated {
  masterKeys: string;
  cookieKeys: string;
}

function readOrGenerate(file: string, folder: string): Generated {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fresh: Generated = {
    masterKeys: `generated:${randomBytes(32).toString('base64')}`,
    cookieKeys: randomBytes(48).toString('base64url'),
  };
  try {
    // wx: of two processes that start together one writes, and the other reads what it wrote.
    writeFileSync(file, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Generated;
    } catch {
      throw new ConfigError('DATA_DIR', `cannot read or write ${file}; check its permissions`);
    }
  }
}
