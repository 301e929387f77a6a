import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import type { Arrival, RequestState } from './context.ts';

/**
 * Gives every request an id and writes one line when it is answered: method, path, status and time. Queries, bodies,
 * cookies and header values are never logged, because tokens and codes travel in them.
 */
export function identifyRequests(log: Logger): Middleware<RequestState> {
  return (ctx, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    ctx.state = new Identified(requestId, log);
    ctx.res.once('close', () => {
      const ms = Math.round((performance.now() - started) * 10) / 10;
      log.info({ requestId, method: ctx.method, path: loggablePath(ctx.path), status: ctx.status, ms }, 'request');
    });
    return next();
  };
}

/** Most requests have nothing to log but their line, and a logger of one's own costs more than that. */
class Identified implements RequestState {
  readonly requestId: string;
  arrival: Arrival = {};
  readonly #log: Logger;
  #own: Logger | undefined;

  constructor(requestId: string, log: Logger) {
    this.requestId = requestId;
    this.#log = log;
  }

  get log(): Logger {
    this.#own ??= this.#log.child({ requestId: this.requestId });
    return this.#own;
  }
}

/** Interaction ids and the like are bearer values in a path. */
export function loggablePath(path: string): string {
  return path.replace(/^\/(auth|device|interaction)\/[^/]+/, '/$1/…').slice(0, 200);
}
