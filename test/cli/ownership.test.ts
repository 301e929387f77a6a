import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase } from '../support/database.ts';
import { unprivilegedUser } from '../support/postgres.ts';
import { startProcess } from '../support/server-process.ts';
import { latchkey, temporaryFolder } from './processes.ts';

/** The embedded database takes long to begin on a machine that has other things to do. */
jest.setTimeout(240_000);

let folder: ReturnType<typeof temporaryFolder>;
let dataDir: string;
beforeEach(() => {
  folder = temporaryFolder();
  chmodSync(folder.path, 0o755);
  dataDir = join(folder.path, 'data');
});
afterEach(() => folder.remove());

const command = fileURLToPath(new URL('../../src/cli/latchkey.ts', import.meta.url));
const env = () => ({ DATA_DIR: dataDir });

/** Another account than root, and what it takes to run a command as that. */
const user = unprivilegedUser() ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const asUser = (...args: string[]) => {
  const { status, stderr } = spawnSync(process.execPath, [command, ...args], { env: env(), ...user, encoding: 'utf8' });
  return { status, stderr };
};
const ownersIn = (path: string) => [
  ...new Set(readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(path, name)).uid)),
];

// Without root there is one account only, and nothing to mix up.
(process.getuid?.() === 0 ? describe : describe.skip)('a command that root runs on the data of somebody else', () => {
  beforeEach(() => chownSync(folder.path, user.uid, user.gid));

  it('leaves all of it to them: the folder, the database, the lock and the secrets', async () => {
    const key = ['key', 'rotate', '--alg', 'ES256'];
    expect(await latchkey(env(), ['migrate', 'up'])).toMatchObject({ code: 0, stderr: '' });
    expect(await latchkey(env(), key)).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(dataDir)).toMatchObject({ uid: user.uid, gid: user.gid });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dataDir).sort()).toEqual(['lock', 'postgres', 'secrets.json']);
    expect(ownersIn(dataDir)).toEqual([user.uid]);
    expect(asUser('app', 'list')).toEqual({ status: 0, stderr: '' });
    expect(asUser(...key)).toEqual({ status: 0, stderr: '' });
  });

  it('leaves secrets to them also where the database is a PostgreSQL', async () => {
    mkdirSync(dataDir, { mode: 0o700 });
    chownSync(dataDir, user.uid, user.gid);
    const storage = await createTestDatabase();
    const server = await startProcess({ DATABASE_URL: storage.url ?? '', ...env() });
    await server.stop();
    await storage.drop();
    expect(readdirSync(dataDir).sort()).toEqual(['demo.json', 'secrets.json']);
    expect(ownersIn(dataDir)).toEqual([user.uid]);
  });

  it('names the first file that is in the way of what an older version left', async () => {
    expect(await latchkey(env(), ['migrate', 'up'])).toMatchObject({ code: 0 });
    const file = join(dataDir, 'postgres', 'global', 'pg_control');
    chmodSync(file, 0o600);
    for (const path of [join(dataDir, 'lock'), file, dataDir]) {
      chownSync(path, 0, 0);
      const { status, stderr } = asUser('app', 'list');
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: `error: DATA_DIR: ${path} belongs to the account 0, and this is ${user.uid}, which cannot use it; run as root: chown -R ${user.uid}:${user.gid} ${dataDir}\n`,
      });
      chownSync(path, user.uid, user.gid);
    }
    expect(asUser('app', 'list')).toEqual({ status: 0, stderr: '' });
  });
});

it('makes no new secrets for a database that has keys, and starts no server on them', async () => {
  const key = ['key', 'rotate', '--alg', 'ES256'];
  expect(await latchkey(env(), key)).toMatchObject({ code: 0 });
  const file = join(dataDir, 'secrets.json');
  rmSync(file);
  const line = `DATA_DIR: has no ${file}, and the database has keys that were encrypted with it; restore it, or set MASTER_KEYS\n`;
  expect(await latchkey(env(), key)).toMatchObject({ code: 1, stderr: `error: ${line}` });
  await expect(startProcess(env())).rejects.toThrow(`latchkey cannot start. ${line}`);
  expect(readdirSync(dataDir)).not.toContain('secrets.json');
  expect(await latchkey(env(), ['app', 'list'])).toMatchObject({ code: 0 });
});

/** A disk of one megabyte takes root and a kernel that lets us. */
const mounts = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

(mounts ? it : it.skip)('a first start on a full disk leaves nothing that is in the way of the next', async () => {
  mkdirSync(dataDir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', dataDir]);
  try {
    const { code, stdout, stderr } = await latchkey(env(), ['migrate', 'status']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: DATA_DIR: the embedded database in [^\n]+; look for room on the disk, [^\n]+\n$/);
    expect(readdirSync(dataDir)).toEqual(['lock']);
    execFileSync('mount', ['-o', 'remount,size=400m', dataDir]);
    expect(await latchkey(env(), ['migrate', 'status'])).toMatchObject({ code: 0, stderr: '' });
  } finally {
    execFileSync('umount', [dataDir]);
  }
});
