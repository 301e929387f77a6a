import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { Server as TcpServer } from 'node:net';

/** Milliseconds after which a client that keeps its connection busy is cut off. */
const LONGEST = 10_000;

/**
 * The close() of an HTTP server also ends idle connections, under the hands of a client that is about to use one. Here it
 * only stops to listen, whoever calls it: in a worker node:cluster does.
 */
export function keepIdleConnections(server: Server): Server {
  // Typed as giving back a server of its own kind: it gives back this one.
  server.close = TcpServer.prototype.close as Server['close'];
  return server;
}

/**
 * Takes no new connections, and waits for the open ones. What is under way and what still comes is answered, each time as
 * the last answer on its connection; idle ones end when their keep-alive time is over, which their clients know of
 * (`Keep-Alive: timeout=…`).
 */
export async function drain(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
  });
  server.close();
  const last = setTimeout(() => server.closeAllConnections(), LONGEST);
  await closed;
  clearTimeout(last);
}
