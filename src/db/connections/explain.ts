/** The database cannot be used as it is, or as DATABASE_URL names it. The message is one line that says what to do. */
export class DatabaseUnusable extends Error {
  constructor(line: string, options?: ErrorOptions) {
    super(line, options);
    this.name = 'DatabaseUnusable';
  }
}

export const unusable = (problem: string) => new DatabaseUnusable(`DATABASE_URL: ${problem}`);

/** SQLSTATE → what is wrong, and the fix; PostgreSQL's own words go in between. */
const SENTENCES: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  '28P01': ['refuses the password', 'check it, and write # / ? @ and % in it as %23 %2F %3F %40 and %25'],
  '28000': ['does not let us in', 'check the role and pg_hba.conf; where it wants TLS, add ?sslmode=verify-full'],
  '3D000': ['has no such database', 'make it, or correct the name'],
  '42501': [
    'refuses us a right',
    'give the role select, insert, update and delete on all tables of the schema; who migrates must own them',
  ],
  '25006': ['takes no writes', 'use the address of the primary'],
  '53300': ['has no connection left', 'raise its max_connections, or lower DATABASE_POOL and the number of processes'],
  '57P03': ['is starting, stopping or recovering', 'start again when it is up'],
  '42P01': ['lacks a table', 'run "npx latchkey migrate up", and check the search_path of the role'],
};

/** Codes of Node: for connections, and for the certificate of the server. */
const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EADDRNOTAVAIL)$/;
const UNKNOWN_AUTHORITY =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/;
const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
const OTHER_TLS = /^(CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|ERR_OSSL_\w+)$/;

/** What the driver notices itself has no codes. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/does not support SSL/, 'has no TLS; use sslmode=disable if the network to it is yours alone'],
  [/establishing an SSL connection/, 'answers as no PostgreSQL does; check the host and the port'],
  [
    /password must be a (non-empty )?string/,
    'wants a password, and the address has none; write it as user:password@host',
  ],
  [/timeout (exceeded|expired)|due to connection timeout/, 'does not answer in time; check the host and the port'],
  [
    /^(Connection terminated|Client network socket disconnected)/,
    'hangs up at once; check that PostgreSQL is at that port, and sslmode',
  ],
];

/** Whether a certificate, which is made anew now and then, is the reason that there is no connection. */
export const isBadCertificate = (code: string) =>
  UNKNOWN_AUTHORITY.test(code) || code === WRONG_NAME || code === 'CERT_HAS_EXPIRED';

interface Failure extends Error {
  readonly code?: string;
  readonly severity?: string;
  readonly syscall?: string;
}

/**
 * A failure of PostgreSQL or on the way to it, as one line that names the variable and the fix; undefined when it is
 * something else. It tells names of hosts, roles, databases and tables, never a password.
 */
export function explainDatabaseFailure(error: unknown): string | undefined {
  // An address with several IPs fails with one error for each.
  const causes = (error instanceof AggregateError ? error.errors : [error]).filter((one) => one instanceof Error);
  const [first] = causes as Failure[];
  if (!first) return undefined;
  const { code = '' } = first;
  const said = onOneLine(causes.map((cause) => cause.message).join('; '));
  if (first.severity !== undefined) return `DATABASE_URL: ${explainAnswer(code, said)}`;
  if (UNKNOWN_AUTHORITY.test(code)) {
    return `DATABASE_URL: the certificate of PostgreSQL is from an authority that is not known here (${code}); name its file by ?sslmode=verify-full&sslrootcert=/path/of/ca.pem`;
  }
  if (code === WRONG_NAME) {
    return `DATABASE_URL: the certificate of PostgreSQL is for another name (${said}); use that name, or sslmode=verify-ca`;
  }
  if (OTHER_TLS.test(code))
    return `DATABASE_URL: TLS with PostgreSQL fails (${said}); check sslmode and the certificates`;
  if (NETWORK.test(code) || first.syscall === 'connect') {
    return `DATABASE_URL: cannot be reached (${said}); check the address and that PostgreSQL runs`;
  }
  const [, sentence] = WORDS.find(([pattern]) => pattern.test(first.message)) ?? [];
  return sentence && `DATABASE_URL: PostgreSQL ${sentence} (${said})`;
}

function explainAnswer(code: string, said: string): string {
  if (/unsupported startup parameter/.test(said)) return `${POOLER} (${said}); set LISTEN=off`;
  const [problem, fix] = SENTENCES[code] ?? ['answers with an error', 'its log tells more'];
  return `PostgreSQL ${problem} (${said}, ${code}); ${fix}`;
}

export const POOLER = 'leads through a pooler such as PgBouncer, which keeps no session for LISTEN';

const onOneLine = (text: string) => text.replaceAll(/[\s\u0000-\u001f]+/g, ' ').trim();
