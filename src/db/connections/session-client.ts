import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { rememberAddress } from './cancel.ts';
import type { Session } from './session.ts';

/** Starts a statement that runs so often that PostgreSQL should plan it once for each connection. Its columns are named. */
export const PREPARED = '/* prepared */';

/** What a connection asks for at its beginning (session.ts). */
export interface WithSession {
  readonly session: Session;
}

/** Asks for its settings in the message that begins a connection: they are there before the first statement. */
export class SessionClient extends pg.Client {
  readonly #session: Session;

  constructor(config: pg.ClientConfig & WithSession) {
    super(config);
    this.#session = config.session;
  }

  /** Hangs up when it is not let in: `pg` itself waits for the server to do so, which keeps the process for a minute. */
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg stay as they are
  override connect(...args: any[]): any {
    const { stream } = (this as unknown as { connection: { stream: Duplex } }).connection;
    const [callback] = args as [((error: Error | null) => void)?];
    if (callback) {
      return super.connect((error: Error | null) => {
        if (error) stream.destroy();
        callback(error);
      });
    }
    return super.connect().catch((error: unknown) => {
      stream.destroy();
      throw error;
    });
  }

  /** Of `pg`, whose types leave it out: what else that message has. */
  getStartupConf(): Record<string, string> {
    const inherited = (pg.Client.prototype as unknown as SessionClient).getStartupConf.call(this);
    return { ...this.#session, ...inherited };
  }
}

/** Hangs up when an answer takes too long: nobody knows what is still to come on that connection. */
export class ImpatientClient extends SessionClient {
  constructor(config: pg.ClientConfig & WithSession) {
    super(config);
    rememberAddress(this, config);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg stay as they are
  override query(...args: any[]): any {
    const result = super.query(...(args as Parameters<pg.Client['query']>)) as unknown;
    if (result instanceof Promise) {
      result.catch((error: Error) => {
        if (error.message === 'Query read timeout') this.end().catch(() => {});
      });
    }
    return result;
  }
}

/** Also prepares the statements that ask for it. Not through PgBouncer in transaction mode, which mixes up connections. */
export class PreparingClient extends ImpatientClient {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg stay as they are
  override query(...args: any[]): any {
    const [text, values, ...rest] = args;
    if (typeof text !== 'string' || !text.startsWith(PREPARED)) return super.query(...args);
    return super.query({ name: nameOf(text), text, values }, ...rest);
  }
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const known = names.get(text);
  if (known) return known;
  const name = `latchkey_${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`;
  names.set(text, name);
  return name;
}
