import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** npm puts node_modules/.bin first for its scripts; this is for npm itself. */
export const pathWithNode = () => `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`;

export interface Program {
  /** Everything that it has said so far. */
  output(): string;
  /** Waits until its output matches. @throws when it ends first, or takes too long */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Ends it, if it still runs. */
  stop(): Promise<void>;
}

/** Starts a TypeScript program of this repository as its own process, with nothing in its environment but `env`. */
export function start(file: string, env: Record<string, string>, args: string[] = []): Program {
  const child = spawn(process.execPath, [file, ...args], { cwd: root, env: cleanEnvironment(env) });
  return follow(child);
}

/** Starts a line of shell as somebody types it, with npm's programs on its path. All that it starts ends with it. */
export function startLine(line: string, env: Record<string, string>): Program {
  const environment = cleanEnvironment({ ...env, PATH: pathWithNode() });
  const child = spawn('/bin/sh', ['-c', line], { cwd: root, env: environment, detached: true });
  return follow(child, () => process.kill(-(child.pid ?? 0), 'SIGTERM'));
}

/** Starts any other program, with nothing in its environment but `env`. */
export function startProgram(command: string, args: string[], env: Record<string, string>): Program {
  return follow(spawn(command, args, { cwd: root, env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { cwd: root, env: cleanEnvironment(env) });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** So that a variable of the one who runs the tests does not decide how they end. */
function cleanEnvironment(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env };
}

function follow(child: ChildProcess, end: () => unknown = () => child.kill('SIGTERM')): Program {
  let output = '';
  const news = new EventTarget();
  const hear = (chunk: Buffer | string | Error) => {
    output += chunk;
    news.dispatchEvent(new Event('news'));
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  // Fails for a program that is not there.
  const ended = once(child, 'close')
    .catch(hear)
    .then(() => news.dispatchEvent(new Event('news')));

  return {
    output: () => output,
    says(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
      const look = () => {
        const match = pattern.exec(output);
        if (match) resolve(match);
        else if (child.pid === undefined) reject(new Error(`${child.spawnfile} could not be started`));
        else if (child.exitCode !== null) reject(new Error(`ended with ${child.exitCode}: ${output}`));
      };
      const late = setTimeout(() => reject(new Error(`${pattern} was not said: ${output}`)), 120_000);
      news.addEventListener('news', look);
      look();
      return promise.finally(() => {
        clearTimeout(late);
        news.removeEventListener('news', look);
      });
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) end();
      await ended;
    },
  };
}
