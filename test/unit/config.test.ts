import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '../../src/config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const SECRET = 's'.repeat(40);
const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://auth.example.com',
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

  it('serves metrics nowhere unless told where, and then on this machine only', () => {
    expect(readConfig({}).metrics).toBeUndefined();
    expect(readConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ port: 9464, host: 'localhost' });
    expect(() => readConfig({ PORT: '9464', METRICS_PORT: '9464' })).toThrow(/^METRICS_PORT: is PORT too; /);
  });

  it.each([
    ['a missing issuer', { ISSUER: undefined }, /^ISSUER: is required in production; /],
    ['an http issuer', { ISSUER: 'http://auth.example.com' }, /^ISSUER: must start with https:/],
    ['missing master keys', { MASTER_KEYS: '' }, /^MASTER_KEYS: is required in production; .*openssl/],
    ['missing cookie keys', { COOKIE_KEYS: undefined }, /^COOKIE_KEYS: is required in production; .*openssl/],
  ])('refuses %s in production in one line that names the fix', (_what, change, message) => {
    const read = () => readConfig({ ...production, ...change });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(message);
  });

  it.each([
    ['ISSUER', 'nonsense'],
    ['ISSUER', 'https://auth.example.com/path'],
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
