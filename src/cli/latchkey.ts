#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../config.ts';
import { DataDirInUse, openEmbedded } from '../db/connections/embedded.ts';
import { openUsable } from '../db/connections/usable.ts';
import { type Session, sessionOf } from './command-line.ts';
import { handOver } from './control-client.ts';
import { CommandFailure, explainFailure } from './failures.ts';
import { type Io, rememberInputs } from './io.ts';
import { runCommand } from './run.ts';
import { askSecret } from './terminal.ts';

/** Long enough for a server to start, or for other commands to end, on a busy machine too. */
const PATIENCE = 30_000;
const CONNECTIONS = 2;

const io = rememberInputs({
  readStdin: async () => utf8('stdin', await buffer(process.stdin)),
  // At a terminal, waiting for the end of stdin in silence looks like standing still, and shows what is typed.
  askSecret: process.stdin.isTTY ? askSecret : undefined,
  readFile: async (path) => utf8(path, await readFile(path)),
  readBytes: (path) => readFile(path, 'base64'),
  stdout: (output) => process.stdout.write(output),
  stderr: (output) => process.stderr.write(output),
  env: process.env,
  // https://no-color.org
  colours: process.stdout.isTTY === true && !process.env.NO_COLOR,
  wait: (milliseconds) => wait(milliseconds),
} satisfies Io);

// The reader, such as `head`, has seen enough: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  for (const line of explainFailure(error)) io.stderr(`error: ${line}\n`);
  return 1;
});

/** Bytes that are not UTF-8 would become signs for “something was here”, and be kept. @throws {CommandFailure} */
function utf8(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandFailure(`${name} is not UTF-8`, { cause });
  }
}

/** Runs the command here or, while a server has the embedded database, there. */
async function run(argv: string[]): Promise<number> {
  for (const deadline = performance.now() + PATIENCE; ; await wait(100)) {
    try {
      return await runCommand(argv, io, openSession);
    } catch (error) {
      if (!(error instanceof DataDirInUse) || performance.now() > deadline) throw error;
    }
    const result = await handOver(readConfig(process.env).dataDir, { argv, inputs: io.inputs() });
    if (!result) continue;
    io.stdout(result.stdout);
    io.stderr(result.stderr);
    return result.code;
  }
}

async function openSession(): Promise<Session> {
  const config = readConfig(process.env);
  const { databaseUrl, dataDir, listen } = config;
  const database = await (databaseUrl
    ? openUsable(databaseUrl, CONNECTIONS, () => {}, { own: listen })
    : openEmbedded(dataDir));
  return sessionOf(config, database, () => database.close());
}
