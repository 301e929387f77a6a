import { DeadlineExceeded } from './deadlines.ts';
import { isBadCertificate } from './explain.ts';

/**
 * SQLSTATEs by class or whole: the connection (08), resources such as connections, memory and disk (53), an operator or a
 * timeout that ended the statement or the server (57), the system under it (58), a server that does not let us in or is
 * being restored (28, 3D), a stand-by that was taken for the primary (25006), a transaction that stood idle for too long
 * (25P03), a lock that did not come (55P03), and what is left of serialization failures after the retries (40).
 */
const STATES = /^(08...|53...|57...|58...|28...|3D000|25006|25P03|55P03|40...)$/;

/** The network's own codes, as Node names them. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** `pg` has no codes for what it notices itself. */
const WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (has encountered a connection error|was closed) and is not queryable|Postgres connection has been discarded|The server does not support SSL|There was an error establishing an SSL)/;

/** Whether an error means that the database cannot answer right now: it passes, and nothing is wrong with the request. */
export function isDatabaseFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DeadlineExceeded) return true;
  const code = 'code' in error ? String(error.code) : '';
  // Errors of PostgreSQL have a severity; other libraries have five-letter codes too.
  if (isBadCertificate(code)) return true;
  return WORDS.test(error.message) || NETWORK.has(code) || ('severity' in error && STATES.test(code));
}

/** A SQLSTATE or a system's code where there is one, else the error's class: without its text, which may quote what is in rows. */
export function kindOfFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && /^\w{1,40}$/.test(String(error.code)) ? String(error.code) : error.name.slice(0, 40);
}

/** After these nobody knows: the connection or the server went (08, 57P), or PostgreSQL says so itself (40003). */
const OPEN = /^(08...|57P..|40003)$/;

/**
 * Whether a statement that failed has certainly changed nothing: PostgreSQL has said so, and was not about to end. A request that used
 * up its time was not begun, or was cancelled and its end waited for (limited-pool.ts).
 */
export function isCertainlyUndone(error: unknown): boolean {
  if (error instanceof DeadlineExceeded) return true;
  return error instanceof Error && 'severity' in error && 'code' in error && !OPEN.test(String(error.code));
}
