import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig, type VariableName, variables } from '../../src/config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const SECRET = 's'.repeat(40);
const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://auth.example.com',
  DATABASE_URL: 'embedded',
  MASTER_KEYS: `k1:${KEY}`,
  COOKIE_KEYS: SECRET,
};

describe('the environment', () => {
  it('needs nothing in development', () => {
    expect(readConfig({})).toMatchObject({
      issuer: 'http://localhost:3000',
      port: 3000,
      databaseUrl: undefined,
      migrate: 'auto',
      production: false,
    });
  });

  it('follows PORT in the default issuer', () => {
    expect(readConfig({ PORT: '8080' }).issuer).toBe('http://localhost:8080');
  });

  it('is accepted in production when all is there', () => {
    expect(readConfig(production)).toMatchObject({
      production: true,
      migrate: 'check',
      issuer: 'https://auth.example.com',
    });
  });

  it.each([
    ['https://example.com', 'https://example.com'],
    ['https://example.com/', 'https://example.com'],
    ['https://example.com/auth', 'https://example.com/auth'],
    ['https://example.com:8443/Team_1/a.b/~x-y', 'https://example.com:8443/Team_1/a.b/~x-y'],
    ['http://[::1]:3000/auth', 'http://[::1]:3000/auth'],
  ])('takes an issuer with a path and without: %s', (value, issuer) => {
    expect(readConfig({ ISSUER: value }).issuer).toBe(issuer);
  });

  it.each([
    ['https://example.com/auth/', 'must not end with a slash; use https://example.com/auth'],
    ['https://example.com//', 'must not end with a slash; use https://example.com'],
    ['https://example.com/auth?x=1', 'must have no query and no fragment; use https://example.com/auth'],
    ['https://example.com?', 'must have no query and no fragment; use https://example.com'],
    ['https://example.com/auth#x', 'must have no query and no fragment; use https://example.com/auth'],
    ['https://example.com/a/../b', 'has the path "/a/../b"; use letters'],
    ['https://example.com/./b', 'has the path "/./b"; use letters'],
    ['https://example.com/.well-known', 'has the path "/.well-known"; use letters'],
    ['https://example.com//auth', 'has the path "//auth"; use letters'],
    ['https://example.com/a%2Fb', 'has the path "/a%2Fb"; use letters'],
    ['https://example.com/%61uth', 'has the path "/%61uth"; use letters'],
    ['https://example.com/a;b', 'has the path "/a;b"; use letters'],
    ['https://example.com/ä', 'has the path "/ä"; use letters'],
    ['https://example.com/a b', 'has the path "/a b"; use letters'],
    ['https://example.com/a\\b', 'has the path "/a\\\\b"; use letters'],
    [`https://example.com/${'a'.repeat(100)}`, 'has a path of more than 100 signs; use a short one such as /auth'],
    [
      'https://example.com:443/auth',
      'must have its scheme and host in small letters and no default port; use https://example.com/auth',
    ],
    [
      'https://Example.com/auth',
      'must have its scheme and host in small letters and no default port; use https://example.com/auth',
    ],
    [
      'HTTPS://example.com',
      'must have its scheme and host in small letters and no default port; use https://example.com',
    ],
  ])('refuses the issuer %s with the fix', (value, message) => {
    expect(() => readConfig({ ISSUER: value })).toThrow(`ISSUER: ${message}`);
  });

  it.each([
    ['http://latchkey:3000', ['http://latchkey:3000']],
    ['http://Latchkey:3000/, https://latchkey.corp.example', ['http://latchkey:3000', 'https://latchkey.corp.example']],
    ['http://[::1]:3000', ['http://[::1]:3000']],
  ])('takes further origins: %s', (value, origins) => {
    expect(readConfig({ BACK_CHANNEL_ORIGINS: value }).furtherOrigins).toEqual(origins);
  });

  it.each([
    'latchkey:3000',
    'http://latchkey:3000/path',
    'http://latchkey:3000?x',
    'http://user@latchkey:3000',
    'ftp://latchkey',
    'http://*.example.com',
    'http://latchkey:3000,http://latchkey:3000',
    'http://latchkey,https://latchkey',
    'http://localhost:3000',
    'http://latchkey:3000,,',
  ])('refuses as a further origin: %s', (value) => {
    expect(() => readConfig({ BACK_CHANNEL_ORIGINS: value })).toThrow(/^BACK_CHANNEL_ORIGINS: /);
  });

  it('serves metrics nowhere unless told where, and then on this machine only', () => {
    expect(readConfig({}).metrics).toBeUndefined();
    expect(readConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ port: 9464, host: 'localhost' });
    expect(() => readConfig({ PORT: '9464', METRICS_PORT: '9464' })).toThrow(/^METRICS_PORT: is PORT too; /);
  });

  it.each([
    ['a missing issuer', { ISSUER: undefined }, /^ISSUER: is required in production; /],
    ['an http issuer', { ISSUER: 'http://auth.example.com' }, /^ISSUER: must start with https:/],
    ['no word on the database', { DATABASE_URL: undefined }, /^DATABASE_URL: is required in production; .*embedded/],
    ['missing master keys', { MASTER_KEYS: undefined }, /^MASTER_KEYS: is required in production; .*openssl/],
    ['missing cookie keys', { COOKIE_KEYS: undefined }, /^COOKIE_KEYS: is required in production; .*openssl/],
  ])('refuses %s in production in one line that names the fix', (_what, change, message) => {
    const read = () => readConfig({ ...production, ...change });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(message);
  });

  it.each([
    ['ISSUER', 'nonsense'],
    ['ISSUER', 'https://user@auth.example.com'],
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://x/y'],
    ['DATABASE_POOL', '1'],
    ['MASTER_KEYS', 'k1:tooshort'],
    ['MASTER_KEYS', `k1:${KEY},k1:${KEY}`],
    ['COOKIE_KEYS', 'short'],
    ['MIGRATE', 'perhaps'],
    ['TRUSTED_PROXIES', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['NODE_ENV', 'prod'],
  ])('refuses %s=%s and names the variable', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name}: `));
  });

  it('never repeats a secret in an error', () => {
    expect(() => readConfig({ MASTER_KEYS: 'k1:very-secret' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('very-secret') }),
    );
  });

  it('reads a secret from a file, and not from both', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-config-'));
    const file = join(folder, 'cookie-keys');
    writeFileSync(file, `${SECRET}\n`);
    expect(readConfig({ COOKIE_KEYS_FILE: file }).cookieKeys).toEqual([SECRET]);
    expect(() => readConfig({ COOKIE_KEYS_FILE: file, COOKIE_KEYS: SECRET })).toThrow(/^COOKIE_KEYS: is set twice/);
    expect(() => readConfig({ COOKIE_KEYS_FILE: join(folder, 'nothing') })).toThrow(
      /^COOKIE_KEYS_FILE: cannot be read/,
    );
    rmSync(folder, { recursive: true });
  });
});

const names = Object.keys(variables) as VariableName[];
const secrets = names.filter((name) => 'secret' in variables[name]);

describe('a variable that is set, and empty', () => {
  it.each(names.flatMap((name) => ['', ' ', '\t\r\n'].map((value) => [name, value])))(
    '%s=%j is refused, in production and elsewhere',
    (name = '', value = '') => {
      const message = `${name}: is set, but empty; give it a value, or do not set it`;
      expect(() => readConfig({ [name]: value })).toThrow(message);
      expect(() => readConfig({ ...production, [name]: value })).toThrow(name === 'NODE_ENV' ? /^NODE_ENV: / : message);
    },
  );

  it.each([
    ['MASTER_KEYS', ','],
    ['MASTER_KEYS', `k1:${KEY},`],
    ['COOKIE_KEYS', `,${SECRET}`],
    ['COOKIE_KEYS', `${SECRET}, ,${SECRET}`],
  ])('is no list with an empty place either: %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(`${name}: has an empty entry; fill it in`);
  });
});

describe.each(secrets)('the file of %s', (name) => {
  let folder: string;
  const settings = (file: string) => ({ ...production, [name]: undefined, [`${name}_FILE`]: file });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-config-'));
    writeFileSync(join(folder, 'empty'), '');
    writeFileSync(join(folder, 'newline'), '\n');
    writeFileSync(join(folder, 'blank'), '\uFEFF \r\n\t');
    symlinkSync('round', join(folder, 'round'));
    mkdirSync(join(folder, 'folder'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is refused when its path is empty', () => {
    for (const path of ['', '  ']) {
      expect(() => readConfig(settings(path))).toThrow(`${name}_FILE: is set, but empty; give it the path of a file`);
    }
  });

  it.each([
    ['empty', 'names an empty file: '],
    ['newline', 'names an empty file: '],
    ['blank', 'names an empty file: '],
    ['folder', /cannot be read: \S+\/folder is a folder/],
    ['missing', /cannot be read: \S+\/missing does not exist/],
    ['empty/below', /cannot be read: \S+ does not exist/],
    ['round', /cannot be read: \S+ gave ELOOP/],
  ])('is refused when it is: %s', (file, message) => {
    expect(() => readConfig(settings(join(folder, file)))).toThrow(message);
    expect(() => readConfig(settings(join(folder, file)))).toThrow(new RegExp(`^${name}_FILE: `));
  });

  it('is refused beside the variable itself, whatever is in either', () => {
    const file = join(folder, 'missing');
    expect(() => readConfig({ [name]: 'x', [`${name}_FILE`]: file })).toThrow(`${name}: is set twice; use either`);
    expect(() => readConfig({ [name]: '', [`${name}_FILE`]: file })).toThrow(`${name}: is set twice; use either`);
    expect(() => readConfig({ [name]: 'x', [`${name}_FILE`]: '' })).toThrow(`${name}: is set twice; use either`);
  });
});

it.each(names.filter((name) => !secrets.includes(name)))('%s cannot be a file, and does not pretend to', (name) => {
  expect(() => readConfig({ [`${name}_FILE`]: '/run/secrets/value' })).toThrow(
    `${name}_FILE: is not read; set ${name} itself`,
  );
});
