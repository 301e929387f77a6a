import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { type Listening, listenAt } from '../listen.ts';

/** The text format of Prometheus, which every collector reads. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Serves `GET /metrics` and nothing else, on a listener of its own: never where the public comes in. @throws {ConfigError} */
export async function serveMetrics(
  read: () => Promise<string>,
  at: { port: number; host: string },
  log: Logger,
): Promise<Listening> {
  const server = createServer((request, response) => {
    // Not every target of a request is a URL, and what was thrown here would end the process.
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/metrics' || !['GET', 'HEAD'].includes(request.method ?? '')) {
      response.writeHead(404).end();
      return;
    }
    read().then(
      (text) => response.writeHead(200, { 'Content-Type': CONTENT_TYPE, 'Cache-Control': 'no-store' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const onError = (err: Error) => log.warn({ err }, 'could not take a connection for metrics');
  return listenAt(server, { ...at, onError, variables: { port: 'METRICS_PORT', host: 'METRICS_HOST' } });
}
