import { realpathSync, rmdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { dirname } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Database } from '../db/connections/connection.ts';
import { type OpenSession, sessionOf } from './command-line.ts';
import { CommandRequest, type CommandResult } from './control-protocol.ts';
import { controlSocketPath, isPrivateSocket, makeSocketFolder } from './control-socket.ts';
import { runCommand } from './run.ts';

/** Milliseconds that a command under way is given when the server ends. */
const PATIENCE = 5000;

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Takes commands from `latchkey` while this process has the embedded database, which no second process can open.
 * @returns undefined when there is no place to listen; the server is of use without it
 */
export async function startControlServer(
  config: Config,
  database: Database,
  log: Logger,
): Promise<ControlServer | undefined> {
  const open: OpenSession = async () => sessionOf(config, database, async () => {});
  try {
    return await listen(controlSocketPath(config.dataDir), config.dataDir, createControlServer(open, log));
  } catch (error) {
    log.warn({ err: error }, 'the latchkey command cannot be used while this server runs');
    return undefined;
  }
}

function createControlServer(open: OpenSession, log: Logger): Server {
  return createServer((request, response) => {
    answer(request, open).then(
      (result) => response.setHeader('content-type', 'application/json').end(JSON.stringify(result)),
      (error: unknown) => {
        log.error({ err: error }, 'a command of the latchkey command line failed');
        response.writeHead(400).end();
      },
    );
  });
}

async function answer(request: IncomingMessage, open: OpenSession): Promise<CommandResult> {
  const { argv, inputs } = CommandRequest.parse(await json(request));
  let stdout = '';
  let stderr = '';
  const code = await runCommand(
    argv,
    {
      readStdin: async () => inputs.stdin ?? '',
      readFile: async (path) => inputs.files[path] ?? '',
      readBytes: async (path) => inputs.files[path] ?? '',
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
      // Commands that look at these open no database, so they are never handed over.
      env: {},
      colours: false,
      wait: async () => {},
    },
    open,
  );
  return { code, stdout, stderr };
}

async function listen(socketPath: string, dataDir: string, server: Server): Promise<ControlServer> {
  makeSocketFolder(socketPath);
  if (!isPrivateSocket(socketPath, dataDir)) throw new Error(`${socketPath} is in a folder that others can use`);
  // Left behind by a crash: whoever holds the lock of the data folder is the only server of this socket.
  rmSync(socketPath, { force: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(socketPath, resolve);
  await promise;
  return {
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      const last = setTimeout(() => server.closeAllConnections(), PATIENCE);
      await closed.promise;
      clearTimeout(last);
      removeSocket(socketPath, dataDir);
    },
  };
}

/** Removes the socket, with its folder where that is for nothing else. */
function removeSocket(socketPath: string, dataDir: string): void {
  rmSync(socketPath, { force: true });
  const folder = dirname(socketPath);
  if (folder !== realpathSync(dataDir)) rmdirSync(folder);
}
