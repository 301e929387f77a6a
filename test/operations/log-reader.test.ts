import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { childrenOf, isRunning } from '../workers/children.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let storage: TestDatabase;
let dataDir: string;
let port: number;
let child: ChildProcess;

beforeAll(async () => {
  storage = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'latchkey-log-'));
});
afterAll(async () => {
  rmSync(dataDir, { recursive: true, force: true });
  await storage.drop();
});
afterEach(() => void child.kill('SIGKILL'));

/** Both ends of a pipe, which has a reader as long as the one is open. */
function openPipe() {
  const path = join(dataDir, `pipe-${randomUUID()}`);
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY) };
}

async function start(env: Record<string, string>, stderr: 'pipe' | number = 'pipe'): Promise<void> {
  port = await freePort();
  child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', PORT: String(port), DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', stderr],
  });
  await untilServed();
}

const answers = (path = '/healthz') => fetch(`http://localhost:${port}${path}`);
const untilServed = () =>
  until(
    'it is served',
    () =>
      answers().then(
        ({ ok }) => ok,
        () => false,
      ),
    60,
  );

async function stop(): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  return (await ended)[0];
}

describe.each([
  ['one process', {}],
  ['workers', { WORKERS: '2' }],
])('%s whose log', (_, workers) => {
  const env = (): Record<string, string> => ({ DATABASE_URL: storage.url ?? '', ...workers });

  it('loses its reader goes on serving, and ends with code 0', async () => {
    await start(env());
    child.stdout?.destroy();
    child.stderr?.destroy();
    // The first worker answers while the second may not have begun.
    const all = Number(env().WORKERS ?? 0);
    await until('all have begun', async () => childrenOf(Number(child.pid)).length === all);
    const before = childrenOf(Number(child.pid));
    for (let turn = 0; turn < 50; turn += 1) expect((await answers()).status).toBe(200);
    expect((await answers('/readyz')).status).toBe(200);
    expect(childrenOf(Number(child.pid))).toEqual(before);
    expect(await stop()).toBe(0);
  });

  it('has a reader who stands still goes on serving, and ends with code 0', async () => {
    // A pipe as a shell makes it. Nobody reads; what it holds is soon full.
    const { reader, writer } = openPipe();
    await start(env(), writer);
    const long = `/${'x'.repeat(180)}`;
    for (let turn = 0; turn < 50; turn += 1) {
      const many = await Promise.all(Array.from({ length: 20 }, () => answers(long)));
      expect(many.map(({ status }) => status)).toEqual(Array(20).fill(404));
    }
    expect((await answers('/readyz')).status).toBe(200);
    expect(await stop()).toBe(0);
    closeSync(reader);
    closeSync(writer);
  });

  it('goes to a disk that is full goes on serving, and ends with code 0', async () => {
    await start(env(), openSync('/dev/full', 'w'));
    for (let turn = 0; turn < 50; turn += 1) expect((await answers()).status).toBe(200);
    expect(await stop()).toBe(0);
  });
});

it('`npm start 2>&1 | tee log` ends at Ctrl-C, and the log has what was answered', async () => {
  port = await freePort();
  const log = join(dataDir, 'log');
  const folder = join(dataDir, 'tee');
  // A group of its own, as a shell makes one for each line that is typed.
  child = spawn('sh', ['-c', `npm start 2>&1 | tee ${log} > /dev/null`], {
    cwd: root,
    env: { ...process.env, PORT: String(port), DATA_DIR: folder },
    stdio: 'ignore',
    detached: true,
  });
  const group = Number(child.pid);
  await untilServed();
  await until('the request is in the log', () => readFileSync(log, 'utf8').includes('"path":"/healthz"'));
  process.kill(-group, 'SIGINT');
  await until('all of the group have ended', () => !isRunning(-group));
});

it('`npm start` ends with the server when npm is told to', async () => {
  port = await freePort();
  child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), DATA_DIR: join(dataDir, 'npm') },
    stdio: 'ignore',
  });
  await untilServed();
  expect(await stop()).toBe(0);
  await expect(answers()).rejects.toThrow('fetch failed');
});
