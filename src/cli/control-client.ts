import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { type CommandRequest, CommandResult } from './control-protocol.ts';
import { controlSocketPath, isPrivateSocket } from './control-socket.ts';
import { CommandFailure } from './failures.ts';

const NOBODY_LISTENS = new Set(['ENOENT', 'ECONNREFUSED']);

/**
 * Has the server that holds the data folder run a command.
 * @returns undefined when no server listens, so that nothing was done
 * @throws {CommandFailure} when it is not known what was done
 */
export async function handOver(dataDir: string, command: CommandRequest): Promise<CommandResult | undefined> {
  const socketPath = controlSocketPath(dataDir);
  if (!isPrivateSocket(socketPath, dataDir)) return undefined;
  try {
    const response = await post(socketPath, JSON.stringify(command));
    return CommandResult.parse(await json(response));
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOBODY_LISTENS.has(String(error.code))) return undefined;
    throw new CommandFailure('the running server gave no answer; look whether the change was made, and in its log', {
      cause: error,
    });
  }
}

function post(socketPath: string, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  httpRequest({ socketPath, path: '/commands', method: 'POST', agent: false }, resolve).once('error', reject).end(body);
  return promise;
}
