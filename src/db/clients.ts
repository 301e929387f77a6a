import { createHash } from 'node:crypto';
import pg from 'pg';

/** Starts a statement that runs so often that PostgreSQL should plan it once for each connection. Its columns are named. */
export const PREPARED = '/* prepared */';

/** Hangs up when an answer takes too long: nobody knows what is still to come on that connection. */
export class ImpatientClient extends pg.Client {
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
