import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';
import type { Deadline, Deadlines } from '../../db/connections/deadlines.ts';
import { setsPassword } from './password-forms.ts';

/** Milliseconds that a request has for all that it asks the database, once its body is there. */
export const REQUEST_DEADLINE = 5000;
/** Milliseconds for what follows a commit, when less is left. */
const AFTER_COMMIT = 1000;

/**
 * Gives every request of a page or a program one deadline, which all its statements obey: waits for a connection, waits
 * for locks and attempts add up to no more. What goes on after the answer, such as streams, has none, nor has what takes
 * an upload or sets a password; a body that only looks like one has.
 */
export function limitTime(deadlines: Deadlines, takesUpload: (ctx: Context) => boolean): Middleware {
  return async (ctx, next) => {
    if (takesUpload(ctx) || setsPassword(ctx)) return next();
    const deadline = new RequestDeadline(ctx.req);
    try {
      await deadlines.run(deadline, next);
    } finally {
      deadline.lift();
    }
  };
}

class RequestDeadline implements Deadline {
  readonly #request: IncomingMessage;
  /** undefined while the body comes, which has a limit of its own. */
  #end: number | undefined;

  constructor(request: IncomingMessage) {
    this.#request = request;
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    if (length === '0' && encoding === undefined) this.#end = performance.now() + REQUEST_DEADLINE;
    else request.once('end', () => this.#start());
  }

  remaining(): number {
    if (this.#end === undefined) {
      if (!this.#request.complete) return REQUEST_DEADLINE;
      this.#start();
    }
    return (this.#end as number) - performance.now();
  }

  committed(): void {
    if (this.#end !== undefined) this.#end = Math.max(this.#end, performance.now() + AFTER_COMMIT);
  }

  /** The answer is made: work and timers that outlive it belong to no request. */
  lift(): void {
    this.#end = Number.POSITIVE_INFINITY;
  }

  #start(): void {
    this.#end ??= performance.now() + REQUEST_DEADLINE;
  }
}
