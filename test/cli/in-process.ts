import { join } from 'node:path';
import { sessionOf } from '../../src/cli/command-line.ts';
import { runCommand } from '../../src/cli/run.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { TestServer } from '../support/server.ts';
import type { Outcome } from './processes.ts';

export interface CommandInput {
  readonly stdin?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly colours?: boolean;
  /** Told of each text on stdout, as a person who reads along. */
  readonly reading?: (text: string) => void;
  readonly readingErrors?: (text: string) => void;
  /** What the command is asked to wait for in place of time. */
  readonly waiting?: () => Promise<void>;
}

/** Commands as a server runs them that was handed them, on its own database: without the seconds of a process for each. */
export function commandLineOf(server: TestServer, settings: Partial<Config> = {}) {
  const config = {
    ...readConfig({ ISSUER: server.issuer, DATA_DIR: join('/nonexistent', 'latchkey') }),
    ...server.secrets,
    databaseUrl: server.databaseUrl,
    ...settings,
  };
  const open = async () => sessionOf(config, server.database, async () => {});
  const run = async (args: readonly string[], input: CommandInput = {}): Promise<Outcome> => {
    const { stdin = '', files = {}, env = {}, colours = false, reading, readingErrors, waiting } = input;
    let [stdout, stderr] = ['', ''];
    const io = {
      readStdin: async () => stdin,
      readFile: async (path: string) => files[path] ?? '',
      readBytes: async (path: string) => files[path] ?? '',
      stdout: (text: string) => {
        stdout += text;
        reading?.(text);
      },
      stderr: (text: string) => {
        stderr += text;
        readingErrors?.(text);
      },
      env,
      colours,
      wait: async () => waiting?.(),
    };
    return { code: await runCommand(args, io, open), stdout, stderr };
  };
  /** Runs a command with `--json` that must succeed without a word on stderr. */
  const answer = async <T>(args: readonly string[], input: CommandInput = {}): Promise<T> => {
    const { code, stdout, stderr } = await run([...args, '--json'], input);
    if (code !== 0 || stderr !== '') throw new Error(`latchkey ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  return { run, answer };
}
