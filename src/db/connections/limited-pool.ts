import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { cancelRunning } from './cancel.ts';
import { type Deadline, DeadlineExceeded, type Deadlines, requireTime, within } from './deadlines.ts';

/** Milliseconds that a server which was asked to end a statement has for saying that it did. */
const GRACE = 500;
const CANCELLED = '57014';

/** What a pool emits. */
export const TOO_LATE = 'tooLate';

/** These end a transaction, whatever time it is. */
const isEnd = (text: string) => text === 'commit' || text === 'rollback';
const isRead = (text: string) => /^\s*select\b/i.test(text);

/** A pool that gives each request its connection and its answers by the deadline, or DeadlineExceeded. */
export function limitPool(pool: pg.Pool, deadlines: Deadlines): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const limited = (client: pg.PoolClient) => {
    const one = known.get(client) ?? new LimitedClient(client, deadlines);
    known.set(client, one);
    return one;
  };
  return {
    async connect() {
      const deadline = deadlines.current();
      if (!deadline) return limited(await pool.connect());
      requireTime(deadline);
      return limited(await within(deadline, pool.connect(), (client) => giveBack(pool, client)));
    },
    end: () => pool.end(),
    options: pool.options,
  };
}

/** A connection that came when nobody waited for it any more. It counts as one that could not be had. */
function giveBack(pool: pg.Pool, client: pg.PoolClient): void {
  client.release();
  pool.emit(TOO_LATE);
}

type Result = Awaited<ReturnType<PostgresPoolClient['query']>>;

class LimitedClient {
  readonly #client: pg.PoolClient;
  readonly #deadlines: Deadlines;
  #inTransaction = false;
  /**
   * A statement on it was cancelled. The cancellation may hit the next statement, so no other request uses the
   * connection.
   */
  #spoilt = false;

  constructor(client: pg.PoolClient, deadlines: Deadlines) {
    this.#client = client;
    this.#deadlines = deadlines;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of Kysely's interface
  query(text: any, values?: any): any {
    const deadline = this.#deadlines.current();
    if (isEnd(text)) return this.#end(text, deadline);
    if (/^(begin|start transaction)\b/.test(text)) this.#inTransaction = true;
    return deadline ? this.#obey(deadline, text, values) : this.#client.query(text, values);
  }

  release(destroy?: boolean): void {
    this.#inTransaction = false;
    this.#client.release(destroy || this.#spoilt);
  }

  async #end(text: string, deadline: Deadline | undefined): Promise<Result> {
    this.#inTransaction = false;
    // Closing the connection takes back what is open on it, and something may still run there.
    if (text === 'rollback' && this.#spoilt) return { command: 'ROLLBACK', rowCount: 0, rows: [] } as unknown as Result;
    const result = await this.#client.query(text);
    if (text === 'commit') deadline?.committed();
    return result as unknown as Result;
  }

  /**
   * At the deadline the statement is cancelled and its outcome is waited for, because a request whose change was
   * committed must not be refused. When the server does not answer, only a statement that cannot commit by itself is
   * given up.
   */
  async #obey(deadline: Deadline, text: string, values: unknown[]): Promise<Result> {
    const left = requireTime(deadline);
    const commits = !this.#inTransaction && !isRead(text);
    const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
    let grace: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      this.#spoilt = true;
      cancelRunning(this.#client);
      if (!commits) grace = setTimeout(() => giveUp(new DeadlineExceeded()), GRACE);
    }, left);
    const answer = this.#client.query(text, values);
    try {
      const result = await (commits ? answer : Promise.race([answer, given]));
      if (commits) deadline.committed();
      return result as unknown as Result;
    } catch (error) {
      const cancelled = this.#spoilt && error instanceof Error && 'code' in error && error.code === CANCELLED;
      throw cancelled ? new DeadlineExceeded(error) : error;
    } finally {
      clearTimeout(timer);
      clearTimeout(grace);
    }
  }
}
