import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/postgres.ts';

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

export type Environment = Record<string, string>;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a process of its own, with no more environment than it is given. */
export async function latchkey(env: Environment, args: readonly string[], stdin = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [source('cli/latchkey.ts'), ...args], { env: { TMPDIR: tmpdir(), ...env } });
  child.stdin.on('error', () => {}).end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}

/** Runs the command for a reader that has gone before it says anything. */
export async function unheard(env: Environment, args: readonly string[]): Promise<Pick<Outcome, 'code' | 'stderr'>> {
  const child = spawn(process.execPath, [source('cli/latchkey.ts'), ...args], { env: { TMPDIR: tmpdir(), ...env } });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stderr };
}

/** Runs a command with `--json` that must succeed without a word on stderr. @returns what it printed, as one JSON value */
export async function answerOf<T>(env: Environment, args: readonly string[], stdin = ''): Promise<T> {
  const { code, stdout, stderr } = await latchkey(env, [...args, '--json'], stdin);
  if (code !== 0 || stderr !== '') throw new Error(`latchkey ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface ServerProcess {
  readonly issuer: string;
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** The server as `npm start` runs it, on the embedded database in `dataDir`, once it says that it listens. */
export async function startServerProcess(dataDir: string): Promise<ServerProcess> {
  const port = await freePort();
  const env = { TMPDIR: tmpdir(), PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, [source('main.ts')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await untilListening(child);
  return {
    issuer: `http://localhost:${port}`,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

async function untilListening(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = '';
  const read = (chunk: Buffer) => {
    output += String(chunk);
    if (output.includes('listens on')) resolve();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  await promise;
}
