import type { Server, ServerResponse } from 'node:http';
import { Server as TcpServer } from 'node:net';
import type { Listening } from '../../listen.ts';

/** Milliseconds after which a client that keeps its connection busy is cut off. */
const LONGEST = 10_000;

/**
 * The close() of an HTTP server also ends idle connections, which a client may be about to use. Here it only stops
 * listening, also when node:cluster calls it in a worker.
 */
export function keepIdleConnections(server: Server): void {
  // Typed as giving back a server of its own kind: it gives back this one.
  server.close = TcpServer.prototype.close as Server['close'];
}

/** Milliseconds between two looks at which connections have become idle. */
const LOOKS = 100;

/** Milliseconds that a connection may stay open and say nothing before it is closed. */
const LONGEST_IDLE = 6000;

/**
 * Takes no new connections, and waits for the open ones. What is under way and what still comes is answered, each time as
 * the last answer on its connection; those on which nothing comes for some seconds are closed.
 */
export async function drain({ server, close }: Listening): Promise<void> {
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
  });
  const closed = close();
  const idle = setTimeout(() => server.closeIdleConnections(), LONGEST_IDLE);
  const last = setTimeout(() => server.closeAllConnections(), LONGEST);
  await closed;
  clearTimeout(idle);
  clearTimeout(last);
}

/** The same, but idle connections end at once: nobody waits for a server that has nothing to do. */
export async function stopServing(listening: Listening): Promise<void> {
  const drained = drain(listening);
  listening.server.closeIdleConnections();
  const looks = setInterval(() => listening.server.closeIdleConnections(), LOOKS);
  await drained;
  clearInterval(looks);
}
