/** One variable of the environment, as README and `.env.example` list it. */
interface Variable {
  readonly fallback: string;
  readonly meaning: string;
  readonly secret?: true;
}

/** Every variable that Latchkey reads. A variable marked secret can also be given as a file: `NAME_FILE=/path`. */
export const variables = {
  ISSUER: {
    fallback: 'http://localhost:PORT',
    meaning:
      'The public address of this server: an origin, or one with a path, `https://example.com/auth`. Everything it publishes starts with it.',
  },
  BACK_CHANNEL_ORIGINS: {
    fallback: '(none)',
    meaning:
      'Other addresses of this server inside your network, `http://latchkey:3000,…`: for what programs call, never for pages.',
  },
  PORT: { fallback: '3000', meaning: 'The TCP port to listen on.' },
  HOST: {
    fallback: 'localhost',
    meaning:
      'The address to listen on: `localhost` is both 127.0.0.1 and ::1, `0.0.0.0` every interface, `::` IPv6 too.',
  },
  WORKERS: {
    fallback: '1',
    meaning: 'How many processes answer requests; `auto` for one per core. More than one needs DATABASE_URL.',
  },
  DATABASE_URL: {
    fallback: '(embedded)',
    meaning:
      'PostgreSQL 14 or newer: `postgres://user:password@host/name`; or `embedded`: a database in DATA_DIR. Production wants it said.',
    secret: true,
  },
  DATABASE_POOL: { fallback: '10', meaning: 'The largest number of connections to PostgreSQL of one process.' },
  DATA_DIR: { fallback: './data', meaning: 'The folder of the embedded database and of generated secrets.' },
  MASTER_KEYS: {
    fallback: '(generated)',
    meaning: 'Keys that encrypt private keys at rest, `id:base64,…`, 32 bytes each. The first encrypts, all decrypt.',
    secret: true,
  },
  COOKIE_KEYS: {
    fallback: '(generated)',
    meaning: 'Secrets that sign cookies, `secret,…`, 32 characters or more each. The first signs, all verify.',
    secret: true,
  },
  MIGRATE: {
    fallback: '(by mode)',
    meaning:
      '`auto` migrates the database at the start, `check` stops when migrations are pending. `check` in production.',
  },
  KEY_ROTATION_DAYS: { fallback: '30', meaning: 'Days after which a new signing key takes over.' },
  KEY_PUBLISH_SECONDS: {
    fallback: '900',
    meaning: 'How long a new key is in the JWKS before it signs; at least JWKS_MAX_AGE and 5 more.',
  },
  JWKS_MAX_AGE: { fallback: '300', meaning: 'Seconds for which verifiers may keep the JWKS.' },
  REVOCATIONS_PER_APP: {
    fallback: '5000',
    meaning:
      'Single tokens and grants of one app that the feeds name. With more, all access tokens of that app end; its grants stay.',
  },
  SIGNER: {
    fallback: 'database',
    meaning: '`database` keeps private keys encrypted there; `unix:/path` lets another process hold them and sign.',
  },
  LISTEN: {
    fallback: 'on',
    meaning: '`off` where DATABASE_URL is a PgBouncer in transaction mode: changes are then found by polling only.',
  },
  EXPRESS_LANE: {
    fallback: 'on',
    meaning: '`off` sends plain token, introspection and revocation requests through oidc-provider like all others.',
  },
  METRICS_PORT: {
    fallback: '(off)',
    meaning: 'The TCP port where `/metrics` is served for Prometheus, apart from everything public.',
  },
  METRICS_HOST: {
    fallback: 'localhost',
    meaning: 'The address to serve `/metrics` on; a private one, never a public one.',
  },
  SMTP_URL: {
    fallback: '(none)',
    meaning:
      'The server that mail goes to: `smtps://user:password@host`, or `smtp://host:587`. Without it mail stays in the outbox.',
    secret: true,
  },
  SMTP_CA: {
    fallback: '(none)',
    meaning: 'The certificates (PEM) of authorities that the mail server may have its own from, beside the usual ones.',
    secret: true,
  },
  MAIL_FROM: {
    fallback: '(by issuer)',
    meaning: 'Who mail is from: an address, or `Name <address>`. `no-reply` at the host of ISSUER unless set.',
  },
  PROTECTED_NAMES: {
    fallback: '(none)',
    meaning:
      'Names that teams and people may not take, nor anything that passes for them: `Acme, Acme Bank`. The product’s and the host of ISSUER are among them.',
  },
  NODE_ENV: { fallback: 'development', meaning: '`production` turns the checks for production on and the demo off.' },
  OUTGOING_INNER_HOSTS: {
    fallback: '(none)',
    meaning:
      'Hosts, addresses and networks inside, `idp.corp.example,10.20.0.0/16`, whose published keys of apps may be fetched.',
  },
  TRUSTED_PROXIES: {
    fallback: '0',
    meaning: 'How many proxies in front of the server add to X-Forwarded-For.',
  },
  HTTP_REDIRECT_HOSTS: {
    fallback: '(none)',
    meaning:
      'Hosts that web apps may come back to by plain http: `private` (names without dots, addresses of private networks), and suffixes, `private,.lan,…`.',
  },
  LOG_LEVEL: { fallback: 'info', meaning: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.' },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;
