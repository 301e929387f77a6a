import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';

export interface Program {
  readonly pid: number;
  /** Milliseconds from the start of the process to its first good answer. */
  readonly startedIn: number;
  stop(): Promise<void>;
}

/** Where a program answers when it is ready. */
interface Probe {
  readonly port: number;
  readonly probe: string;
  /** The Host header. */
  readonly host: string;
  readonly address?: string;
}

/** A program and its arguments, and where it starts. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** A file that this Node runs. */
export const nodeScript = (file: string): Command => ({ file: process.execPath, args: [file] });

/**
 * Starts a program with nothing of our own environment but what is given, and waits until `probe` answers. What it prints
 * goes to a file, as a service's log does.
 */
export async function startProgram(
  { file, args, cwd = process.cwd() }: Command,
  env: Record<string, string>,
  options: Probe & { folder: string; name: string },
): Promise<Program> {
  const logFile = join(options.folder, `${options.name}.log`);
  const log = openSync(logFile, 'a');
  const begin = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, NODE_ENV: 'production', ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Should the bench itself end early, nothing stays behind.
  killAtExit(child);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const impatient = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(impatient);
  };
  while (!(await answers(options))) {
    if (child.exitCode !== null || performance.now() - begin > 60_000) {
      await stop();
      throw new Error(`${options.name} did not start: ${readFileSync(logFile, 'utf8').slice(-2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { pid: child.pid ?? 0, startedIn: performance.now() - begin, stop };
}

const running = new Set<ChildProcess>();

function killAtExit(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', killAll);
  running.add(child);
  child.once('exit', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
  });
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function answers({ port, probe, host, address = '127.0.0.1' }: Probe): Promise<boolean> {
  return new Promise((resolve) => {
    const probing = request({ host: address, port, path: probe, headers: { host }, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200));
    });
    probing.once('error', () => resolve(false)).end();
  });
}
