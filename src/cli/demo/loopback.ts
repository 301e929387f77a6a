import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandFailure } from '../failures.ts';

export interface Listener {
  readonly redirectUri: string;
  /** The first request that comes back to the redirect URI. @throws {CommandFailure} when none comes in time */
  answered(): Promise<URL>;
  close(): Promise<void>;
}

const PATIENCE = 600_000;
const THANKS = 'Thank you. You can close this page and go back to the terminal.\n';

/** Listens on a free port of the loopback address, as native apps do (RFC 8252 §7.3). */
export async function listenOnLoopback(path = '/callback'): Promise<Listener> {
  const { promise, resolve, reject } = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isAnswer = request.method === 'GET' && url.pathname === path;
    response.writeHead(isAnswer ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(isAnswer ? THANKS : 'There is nothing here.\n');
    if (isAnswer) resolve(url);
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject).listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const timer = setTimeout(
    () => reject(new CommandFailure('nobody came back from the browser in ten minutes')),
    PATIENCE,
  );
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://127.0.0.1:${port}${path}`,
    answered: () => promise,
    async close() {
      clearTimeout(timer);
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeIdleConnections();
      await closed.promise;
    },
  };
}
