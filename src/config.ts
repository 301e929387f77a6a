import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type VariableName, variables } from './variables.ts';

export { type VariableName, variables };
export type Environment = Readonly<Record<string, string | undefined>>;

/** A 32-byte AES key and the id under which sealed values name it. */
export interface MasterKey {
  readonly id: string;
  readonly key: Buffer;
}

export interface Config {
  readonly issuer: string;
  readonly port: number;
  readonly host: string;
  /** Processes that answer requests; above 1 there is another one that leads them. */
  readonly workers: number;
  /** undefined: the embedded database in dataDir. */
  readonly databaseUrl: string | undefined;
  readonly databasePool: number;
  readonly dataDir: string;
  /** Empty when not configured: development then generates them. */
  readonly masterKeys: readonly MasterKey[];
  readonly cookieKeys: readonly string[];
  readonly migrate: 'auto' | 'check';
  readonly production: boolean;
  /** All in seconds. */
  readonly keyRotation: { readonly rotateEvery: number; readonly publishFor: number; readonly jwksMaxAge: number };
  /** The socket of an outside signer; undefined: keys are in the database. */
  readonly signerSocket: string | undefined;
  readonly listen: boolean;
  readonly expressLaneOn: boolean;
  /** Where mail goes, and who it is from. */
  readonly smtp: { readonly url: string | undefined; readonly from: string };
  readonly trustedProxies: number;
  readonly logLevel: string;
}

/** The configuration cannot be used. The message is one line that names the variable and the fix. */
export class ConfigError extends Error {
  constructor(variable: string, problem: string) {
    super(`${variable}: ${problem}`);
    this.name = 'ConfigError';
  }
}

const port = z.coerce.number().int().min(1).max(65535);
const count = (max: number) => z.coerce.number().int().min(0).max(max);
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

/** Reads the environment once. @throws {ConfigError} naming the variable and the fix. */
export function readConfig(env: Environment): Config {
  const read = (name: VariableName) => readVariable(env, name);
  const production =
    check(
      'NODE_ENV',
      z.enum(['production', 'development', 'test']),
      read('NODE_ENV') ?? 'development',
      'use production or development',
    ) === 'production';
  const listenPort = check('PORT', port, read('PORT') ?? '3000', 'use a number from 1 to 65535');
  const issuer = parseIssuer(read('ISSUER') ?? `http://localhost:${listenPort}`);
  const config: Config = {
    issuer,
    port: listenPort,
    host: read('HOST') ?? 'localhost',
    workers: parseWorkers(read('WORKERS') ?? '1'),
    databaseUrl: parseDatabaseUrl(read('DATABASE_URL')),
    databasePool: check(
      'DATABASE_POOL',
      count(1000).min(2),
      read('DATABASE_POOL') ?? '10',
      'use a number from 2 to 1000',
    ),
    dataDir: resolve(read('DATA_DIR') ?? 'data'),
    masterKeys: parseMasterKeys(read('MASTER_KEYS')),
    cookieKeys: parseCookieKeys(read('COOKIE_KEYS')),
    migrate: check(
      'MIGRATE',
      z.enum(['auto', 'check']),
      read('MIGRATE') ?? (production ? 'check' : 'auto'),
      'use auto or check',
    ),
    production,
    keyRotation: parseKeyRotation(read),
    signerSocket: parseSigner(read('SIGNER') ?? 'database'),
    listen: check('LISTEN', z.enum(['on', 'off']), read('LISTEN') ?? 'on', 'use on or off') === 'on',
    expressLaneOn: check('EXPRESS_LANE', z.enum(['on', 'off']), read('EXPRESS_LANE') ?? 'on', 'use on or off') === 'on',
    smtp: { url: parseSmtpUrl(read('SMTP_URL')), from: parseMailFrom(read('MAIL_FROM'), issuer) },
    trustedProxies: check('TRUSTED_PROXIES', count(16), read('TRUSTED_PROXIES') ?? '0', 'use a number from 0 to 16'),
    logLevel: check('LOG_LEVEL', logLevel, read('LOG_LEVEL') ?? 'info', `use one of ${logLevel.options.join(', ')}`),
  };
  if (config.workers > 1 && !config.databaseUrl) {
    throw new ConfigError('WORKERS', 'more than one needs DATABASE_URL; the embedded database takes one process');
  }
  if (production) refuseUnsafeProduction(config, read('ISSUER'));
  return config;
}

/** Seconds between clocks, and until every process has a new key. */
const KEY_MARGIN = 5;

function parseKeyRotation(read: (name: VariableName) => string | undefined): Config['keyRotation'] {
  const seconds = z.coerce.number().min(0).max(31_536_000);
  const jwksMaxAge = check('JWKS_MAX_AGE', seconds, read('JWKS_MAX_AGE') ?? '300', 'use a number of seconds');
  const publishFor = check(
    'KEY_PUBLISH_SECONDS',
    seconds,
    read('KEY_PUBLISH_SECONDS') ?? '900',
    'use a number of seconds',
  );
  const days = z.coerce.number().gt(0).max(3650);
  const rotateEvery =
    check('KEY_ROTATION_DAYS', days, read('KEY_ROTATION_DAYS') ?? '30', 'use a number of days') * 86_400;
  if (publishFor < jwksMaxAge + KEY_MARGIN) {
    throw new ConfigError(
      'KEY_PUBLISH_SECONDS',
      `must be at least JWKS_MAX_AGE + ${KEY_MARGIN}, or verifiers meet keys that they cannot know`,
    );
  }
  if (rotateEvery < publishFor) throw new ConfigError('KEY_ROTATION_DAYS', 'must be longer than KEY_PUBLISH_SECONDS');
  return { rotateEvery, publishFor, jwksMaxAge };
}

function parseWorkers(value: string): number {
  if (value === 'auto') return availableParallelism();
  return check('WORKERS', count(256).min(1), value, 'use a number from 1 to 256, or auto');
}

function parseSigner(value: string): string | undefined {
  if (value === 'database') return undefined;
  if (value.startsWith('unix:/')) return value.slice('unix:'.length);
  throw new ConfigError('SIGNER', `cannot be ${JSON.stringify(value)}; use database, or unix:/path/of/the/socket`);
}

function refuseUnsafeProduction(config: Config, issuer: string | undefined): void {
  if (issuer === undefined)
    throw new ConfigError('ISSUER', 'is required in production; set it to the public https origin');
  if (!issuer.startsWith('https://')) throw new ConfigError('ISSUER', 'must start with https:// in production');
  if (config.masterKeys.length === 0) {
    throw new ConfigError(
      'MASTER_KEYS',
      'is required in production; make one with: echo "k1:$(openssl rand -base64 32)"',
    );
  }
  if (config.cookieKeys.length === 0) {
    throw new ConfigError('COOKIE_KEYS', 'is required in production; make one with: openssl rand -base64 48');
  }
}

function readVariable(env: Environment, name: VariableName): string | undefined {
  const direct = env[name]?.trim() || undefined;
  const file = 'secret' in variables[name] ? env[`${name}_FILE`]?.trim() || undefined : undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) throw new ConfigError(name, `is set twice; use either ${name} or ${name}_FILE`);
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    throw new ConfigError(`${name}_FILE`, `cannot be read: ${file}; check the path and its permissions`);
  }
}

function check<T>(name: VariableName, schema: z.ZodType<T>, value: string, fix: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new ConfigError(name, `cannot be ${JSON.stringify(value)}; ${fix}`);
  return result.data;
}

function parseIssuer(value: string): string {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new ConfigError(
      'ISSUER',
      `cannot be ${JSON.stringify(value)}; use an origin such as https://auth.example.com`,
    );
  }
  if (value.replace(/\/$/, '') !== url.origin) {
    throw new ConfigError('ISSUER', `must be a plain origin without path, query or default port; use ${url.origin}`);
  }
  return url.origin;
}

function parseDatabaseUrl(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ConfigError('DATABASE_URL', 'is not a PostgreSQL address; use postgres://user:password@host:5432/name');
  }
  return value;
}

function parseSmtpUrl(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (!url?.hostname || !/^smtps?:$/.test(url.protocol)) {
    throw new ConfigError('SMTP_URL', 'is not the address of a mail server; use smtps://user:password@host');
  }
  return value;
}

function parseMailFrom(value: string | undefined, issuer: string): string {
  const from = value ?? `Latchkey <no-reply@${new URL(issuer).hostname}>`;
  if (!/^[^<>@\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/.test(from)) {
    throw new ConfigError('MAIL_FROM', 'is not an address; use mail@example.com, or Name <mail@example.com>');
  }
  return from;
}

/** `id:base64,…`, 32 bytes each, ids unique. */
export function parseMasterKeys(value: string | undefined): MasterKey[] {
  const keys = splitList(value).map((entry) => {
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(entry);
    const key = Buffer.from(match?.[2] ?? '', 'base64');
    if (!match?.[1] || key.length !== 32) {
      throw new ConfigError(
        'MASTER_KEYS',
        'wants id:base64 entries of 32 bytes; make one with: echo "k1:$(openssl rand -base64 32)"',
      );
    }
    return { id: match[1], key };
  });
  if (new Set(keys.map((key) => key.id)).size !== keys.length) {
    throw new ConfigError('MASTER_KEYS', 'names a key id twice; give every key an id of its own');
  }
  return keys;
}

function parseCookieKeys(value: string | undefined): string[] {
  const keys = splitList(value);
  if (keys.some((key) => key.length < 32)) {
    throw new ConfigError(
      'COOKIE_KEYS',
      'has a secret shorter than 32 characters; make one with: openssl rand -base64 48',
    );
  }
  return keys;
}

function splitList(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}
