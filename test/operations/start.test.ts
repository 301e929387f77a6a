import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../support/database.ts';
import { startCluster, startProcess } from '../support/server-process.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'latchkey-start-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://auth.example.com',
  DATABASE_URL: 'embedded',
  MASTER_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  COOKIE_KEYS: randomBytes(48).toString('base64url'),
};

describe('starting on a bare machine', () => {
  it('prints a curl line that works when pasted, keeps its secrets to this user, and finds all again', async () => {
    const first = await startProcess({ DATA_DIR: dataDir });
    const line = first.output().match(/curl -s [^\n]*\\\n[^\n]*/)?.[0] ?? '';
    const token = JSON.parse(execFileSync('sh', ['-c', line], { encoding: 'utf8' })) as { access_token: string };
    expect(token.access_token.split('.')).toHaveLength(3);
    expect(first.output()).not.toContain('WARNING');
    expect(first.output()).not.toContain('NOTICE');
    const password = first.output().match(/Password\s+(\S+)/)?.[1] ?? '';
    expect(await first.stop('SIGINT')).toBe(0);

    for (const file of ['demo.json', 'secrets.json']) {
      expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(dataDir, 'demo.json'), 'utf8')).toContain(password);

    const second = await startProcess({ DATA_DIR: dataDir, PORT: String(first.port) });
    expect(second.output()).not.toContain(password);
    expect(second.output()).toContain('demo.json');
    expect(JSON.parse(execFileSync('sh', ['-c', line], { encoding: 'utf8' }))).toHaveProperty('access_token');
    await second.stop();
  });

  it('lets one process into a data folder', async () => {
    const first = await startProcess({ DATA_DIR: dataDir });
    await expect(startProcess({ DATA_DIR: dataDir })).rejects.toThrow(/ended with 1: .*DATA_DIR: .* is in use/s);
    await first.stop();
  });

  it('comes back after kill -9 with what it had acknowledged', async () => {
    const first = await startProcess({ DATA_DIR: dataDir });
    await first.stop('SIGKILL');
    const second = await startProcess({ DATA_DIR: dataDir, PORT: String(first.port) });
    const { machine, api } = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8'));
    const response = await fetch(`${second.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${machine.clientId}:${machine.clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: api.identifier }),
    });
    expect(response.status).toBe(200);
    await second.stop();
  });
});

describe('starting in production', () => {
  it('refuses http, and names the variable in one line', async () => {
    const start = startProcess({ ...production, ISSUER: 'http://auth.example.com', DATA_DIR: dataDir });
    await expect(start).rejects.toThrow(
      /ended with 1: latchkey cannot start\. ISSUER: must start with https:\/\/ in production\n$/,
    );
  });

  it('starts on no database that nobody named, and makes none', async () => {
    const { DATABASE_URL: _, ...unnamed } = production;
    const file = join(dataDir, 'database_url');
    writeFileSync(file, '\n');
    for (const named of [{}, { DATABASE_URL: '' }, { DATABASE_URL_FILE: '' }, { DATABASE_URL_FILE: file }]) {
      const start = startProcess({ ...unnamed, ...named, MIGRATE: 'auto', DATA_DIR: join(dataDir, 'data') });
      await expect(start).rejects.toThrow(/ended with 1: latchkey cannot start\. DATABASE_URL(_FILE)?: [^\n]+\n$/);
    }
    expect(existsSync(join(dataDir, 'data'))).toBe(false);
  });

  it('stops with pending migrations unless it may run them, and seeds no demo', async () => {
    await expect(startProcess({ ...production, DATA_DIR: dataDir })).rejects.toThrow(
      /MIGRATE: the database lacks 0001-artifacts.*migrate up/,
    );
    const server = await startProcess({ ...production, MIGRATE: 'auto', DATA_DIR: dataDir });
    expect(server.output()).not.toContain('curl');
    expect(server.output()).toMatch(/For the proxy http:\/\/localhost:\d+\n/);
    expect(existsSync(join(dataDir, 'demo.json'))).toBe(false);
    expect(existsSync(join(dataDir, 'secrets.json'))).toBe(false);
    await server.stop();
    const again = await startProcess({ ...production, DATA_DIR: dataDir });
    await again.stop();
  });

  it('says which master key is missing', async () => {
    const first = await startProcess({ ...production, MIGRATE: 'auto', DATA_DIR: dataDir });
    await first.stop();
    const other = { MASTER_KEYS: `k2:${randomBytes(32).toString('base64')}` };
    await expect(startProcess({ ...production, ...other, DATA_DIR: dataDir })).rejects.toThrow(
      /MASTER_KEYS: key "k1" is missing/,
    );
    const wrong = { MASTER_KEYS: `k1:${randomBytes(32).toString('base64')}` };
    await expect(startProcess({ ...production, ...wrong, DATA_DIR: dataDir })).rejects.toThrow(
      /MASTER_KEYS: key "k1" is not the key/,
    );
  });
});

describe('starting on PostgreSQL', () => {
  it('migrates an empty database once, though two processes start together, and makes one set of keys', async () => {
    const storage = await createTestDatabase();
    const admin = new pg.Client({ connectionString: storage.url });
    await admin.connect();
    await admin.query('drop schema public cascade; create schema public');
    const cluster = await startCluster(storage.url ?? '', 2);
    const jwks = await Promise.all(
      cluster.map(async ({ issuer }) => (await fetch(`${issuer}/jwks`)).json() as Promise<{ keys: unknown[] }>),
    );
    expect(jwks[0]?.keys).toHaveLength(2);
    expect(jwks[1]).toEqual(jwks[0]);
    await Promise.all(cluster.map((server) => server.stop()));
    await admin.end();
    await storage.drop();
  });

  it('says in one line that the database is out of reach', async () => {
    const start = startProcess({ DATABASE_URL: 'postgres://127.0.0.1:1/none', DATA_DIR: dataDir });
    await expect(start).rejects.toThrow(
      /ended with 1: latchkey cannot start\. DATABASE_URL: cannot be reached \(.*\n$/,
    );
  });
});
