import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { ConfigError } from '../config.ts';

/** The text format of Prometheus, which every collector reads. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Serves `GET /metrics` and nothing else, on a listener of its own: never where the public comes in. @throws {ConfigError} */
export async function serveMetrics(read: () => Promise<string>, at: { port: number; host: string }): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://metrics');
    if (pathname !== '/metrics' || !['GET', 'HEAD'].includes(request.method ?? '')) {
      response.writeHead(404).end();
      return;
    }
    read().then(
      (text) => response.writeHead(200, { 'Content-Type': CONTENT_TYPE, 'Cache-Control': 'no-store' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.unref();
  try {
    server.listen(at.port, at.host);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new ConfigError('METRICS_PORT', 'is taken by another program; use a free one');
    throw new ConfigError('METRICS_HOST', `cannot be listened on (${code}); use an address of this machine`);
  }
  return server;
}
