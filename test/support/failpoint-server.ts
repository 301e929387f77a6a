/**
 * The real server with failpoints, for specs that kill it at a certain step of a certain request. The server's own code
 * knows nothing of them: this program puts itself between it and what it talks through, the `pg` client and
 * `node:http`, and starts src/main.ts. So no setting of production can switch them on, and the steps are those that the
 * code really takes, whatever it looks like.
 *
 * A request with the header `x-failpoint: STEP` has the process kill itself there. Steps are `before N`, `sent N` and
 * `answered N` for the request's Nth statement, BEGIN and COMMIT among them, and `before answer` and `after answer`.
 * With `x-failpoint: list` they are printed, a line each.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import pg from 'pg';

interface Watched {
  readonly fatal: string;
  statements: number;
}

const watched = new AsyncLocalStorage<Watched>();

/** SIGKILL, as from outside: nothing is flushed, closed or rolled back. */
function reach(request: Watched, step: string): void {
  if (request.fatal === 'list') process.stdout.write(`failpoint: ${step}\n`);
  if (request.fatal === step) process.kill(process.pid, 'SIGKILL');
}

type Query = (this: pg.Client & { connection: { stream: NodeJS.WritableStream } }, ...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as unknown as Query;
const watching: Query = function watchStatement(...args) {
  const request = watched.getStore();
  if (!request) return query.apply(this, args);
  request.statements += 1;
  const number = request.statements;
  reach(request, `before ${number}`);
  const result = query.apply(this, args);
  // Called back once everything before it has been handed to the operating system.
  this.connection.stream.write('', () => reach(request, `sent ${number}`));
  // Ahead of the server's own continuation, which is attached later.
  if (result instanceof Promise) result.then(() => reach(request, `answered ${number}`)).catch(() => {});
  return result;
};
pg.Client.prototype.query = watching as unknown as typeof pg.Client.prototype.query;

type Emit = (this: Server, ...args: unknown[]) => boolean;
const emit = Server.prototype.emit as unknown as Emit;
const watchRequest: Emit = function watchRequest(event, ...args) {
  const fatal = event === 'request' ? (args[0] as IncomingMessage).headers['x-failpoint'] : undefined;
  if (typeof fatal !== 'string') return emit.call(this, event, ...args);
  const request: Watched = { fatal, statements: 0 };
  const response = args[1] as ServerResponse;
  const end = response.end.bind(response) as (...data: unknown[]) => ServerResponse;
  response.end = (...data: unknown[]) => {
    reach(request, 'before answer');
    return end(...data);
  };
  response.once('finish', () => reach(request, 'after answer'));
  return watched.run(request, () => emit.call(this, event, ...args));
};
Server.prototype.emit = watchRequest as unknown as typeof Server.prototype.emit;

await import('../../src/main.ts');
