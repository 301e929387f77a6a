import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { BadAddress, readAddress } from './db/connections/address.ts';
import { type Environment, readVariables } from './settings/environment.ts';
import {
  ConfigError,
  type MasterKey,
  parseAuthorities,
  parseCookieKeys,
  parseFurtherOrigins,
  parseHttpRedirectHosts,
  parseInnerHosts,
  parseIssuer,
  parseMailFrom,
  parseMasterKeys,
  parseNames,
  parseSmtpUrl,
  type Sender,
} from './settings/values.ts';
import { type VariableName, variables } from './settings/variables.ts';

export { ConfigError, type Environment, type MasterKey, parseMasterKeys, type Sender, type VariableName, variables };

export interface Config {
  readonly issuer: string;
  /** Names by which programs call the server too. */
  readonly furtherOrigins: readonly string[];
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
  /** Single tokens and grants of one app that the feeds name at most. */
  readonly revocationsPerApp: number;
  /** The socket of an outside signer; undefined: keys are in the database. */
  readonly signerSocket: string | undefined;
  readonly listen: boolean;
  readonly expressLaneOn: boolean;
  /** Where metrics are served; undefined: nowhere, and nothing is counted. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined;
  /** Where mail goes, and who it is from. */
  readonly smtp: { readonly url: string | undefined; readonly from: Sender; readonly ca: string | undefined };
  /** Hosts and networks inside, from which the server may fetch what apps publish there. */
  readonly outgoingInnerHosts: readonly string[];
  /** Where plain http may lead: `private`, and suffixes with their dot. Empty unless it is set. */
  readonly httpRedirectHosts: readonly string[];
  /** What nobody but those who look after the platform calls something. */
  readonly protectedNames: readonly string[];
  readonly trustedProxies: number;
  readonly logLevel: string;
}

const port = z.coerce.number().int().min(1).max(65535);
const count = (max: number) => z.coerce.number().int().min(0).max(max);
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

/** Reads the environment once. @throws {ConfigError} naming the variable and the fix. */
export function readConfig(env: Environment): Config {
  const read = readVariables(env);
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
    furtherOrigins: parseFurtherOrigins(read('BACK_CHANNEL_ORIGINS'), issuer),
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
    revocationsPerApp: check(
      'REVOCATIONS_PER_APP',
      count(100_000).min(10),
      read('REVOCATIONS_PER_APP') ?? '5000',
      'use a number from 10 to 100000',
    ),
    signerSocket: parseSigner(read('SIGNER') ?? 'database'),
    listen: check('LISTEN', z.enum(['on', 'off']), read('LISTEN') ?? 'on', 'use on or off') === 'on',
    expressLaneOn: check('EXPRESS_LANE', z.enum(['on', 'off']), read('EXPRESS_LANE') ?? 'on', 'use on or off') === 'on',
    metrics: parseMetrics(read, listenPort),
    smtp: {
      url: parseSmtpUrl(read('SMTP_URL')),
      from: parseMailFrom(read('MAIL_FROM'), issuer),
      ca: parseAuthorities('SMTP_CA', read('SMTP_CA')),
    },
    outgoingInnerHosts: parseInnerHosts(read('OUTGOING_INNER_HOSTS')),
    httpRedirectHosts: parseHttpRedirectHosts(read('HTTP_REDIRECT_HOSTS')),
    protectedNames: parseNames(read('PROTECTED_NAMES')),
    trustedProxies: check('TRUSTED_PROXIES', count(16), read('TRUSTED_PROXIES') ?? '0', 'use a number from 0 to 16'),
    logLevel: check('LOG_LEVEL', logLevel, read('LOG_LEVEL') ?? 'info', `use one of ${logLevel.options.join(', ')}`),
  };
  if (config.workers > 1 && !config.databaseUrl) {
    throw new ConfigError('WORKERS', 'more than one needs DATABASE_URL; the embedded database takes one process');
  }
  if (production) refuseUnsafeProduction(config, read);
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

function parseMetrics(read: (name: VariableName) => string | undefined, listenPort: number): Config['metrics'] {
  const value = read('METRICS_PORT');
  if (value === undefined) return undefined;
  const metricsPort = check('METRICS_PORT', port, value, 'use a number from 1 to 65535');
  if (metricsPort === listenPort) throw new ConfigError('METRICS_PORT', 'is PORT too; use another one');
  return { port: metricsPort, host: read('METRICS_HOST') ?? 'localhost' };
}

/** undefined: the embedded database, which the word `embedded` names too. Production has no default. */
function parseDatabaseUrl(value: string | undefined): string | undefined {
  if (value === undefined || value === 'embedded') return undefined;
  try {
    readAddress(value);
  } catch (error) {
    if (error instanceof BadAddress) throw new ConfigError('DATABASE_URL', error.message);
    throw error;
  }
  return value;
}

function parseSigner(value: string): string | undefined {
  if (value === 'database') return undefined;
  if (value.startsWith('unix:/')) return value.slice('unix:'.length);
  throw new ConfigError('SIGNER', `cannot be ${JSON.stringify(value)}; use database, or unix:/path/of/the/socket`);
}

function refuseUnsafeProduction(config: Config, read: (name: VariableName) => string | undefined): void {
  const issuer = read('ISSUER');
  if (issuer === undefined)
    throw new ConfigError('ISSUER', 'is required in production; set it to the public https origin');
  if (!issuer.startsWith('https://')) throw new ConfigError('ISSUER', 'must start with https:// in production');
  if (read('DATABASE_URL') === undefined) {
    throw new ConfigError(
      'DATABASE_URL',
      'is required in production; set it to postgres://user:password@host/name, or to the word embedded for the database in DATA_DIR',
    );
  }
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

function check<T>(name: VariableName, schema: z.ZodType<T>, value: string, fix: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new ConfigError(name, `cannot be ${JSON.stringify(value)}; ${fix}`);
  return result.data;
}
