import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { freePort, unprivilegedUser } from './postgres.ts';

export interface PgBouncer {
  /** The same address, of a database or of the server, through PgBouncer. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PgBouncer in transaction mode in front of a server, with fewer connections to each database than its clients have. */
export async function startPgBouncer(
  databaseUrl: string,
  poolSize = 3,
  settings: readonly string[] = [],
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-pgbouncer-'));
  const target = new URL(databaseUrl);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `* = host=${target.hostname} port=${target.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${join(folder, 'users.txt')}`,
    'pool_mode = transaction',
    `default_pool_size = ${poolSize}`,
    'max_client_conn = 1000',
    // A database that a spec has dropped keeps no connections.
    'server_idle_timeout = 10',
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'users.txt'), '"latchkey" ""\n');
  const user = unprivilegedUser();
  if (user) for (const path of [folder, file, join(folder, 'users.txt')]) chownSync(path, user.uid, user.gid);
  const child = spawn(findProgram(), [file], { ...user, cwd: folder, stdio: 'ignore' });
  const url = new URL(databaseUrl);
  url.port = String(port);
  await untilReady(withDatabase(url), child);
  return {
    url: url.href.replace(/\/$/, ''),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const withDatabase = (url: URL) => (url.pathname.length > 1 ? url.href : new URL('/postgres', url).href);

function findProgram(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const program = folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path));
  if (!program) throw new Error('no PgBouncer found: apt-get install pgbouncer');
  return program;
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; ) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}`);
    const client = new pg.Client({ connectionString: url });
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
