import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { latchkey } from '../cli/processes.ts';
import { type Certificates, makeAuthority } from '../support/certificates.ts';
import { freePort, type OwnPostgres, startOwnPostgres, unprivilegedUser } from '../support/postgres.ts';
import { startProcess } from '../support/server-process.ts';

/** A password with all that means something in an address. */
const PASSWORD = 's3cr#t/?@%:';
const HBA = `
local   all latchkey              trust
host    all latchkey 127.0.0.1/32 trust
host    all barred   127.0.0.1/32 reject
hostssl all secure   127.0.0.1/32 scram-sha-256
host    all secure   127.0.0.1/32 reject
hostssl all holder   127.0.0.1/32 cert
host    all all      127.0.0.1/32 scram-sha-256
`;
const ROLES = ['plain', 'barred', 'secure', 'holder', 'crowd', 'frozen', 'roofless', 'ancient'];

const folder = mkdtempSync(join(tmpdir(), 'latchkey-refusals-'));
const certificates = join(folder, 'certificates');
let authority: Certificates;
let holder: { cert: string; key: string };
let postgres: OwnPostgres;
let port: string;

beforeAll(async () => {
  mkdirSync(certificates);
  authority = makeAuthority(certificates);
  makeAuthority(certificates, 'stranger');
  const server = authority.issue('server', 'db.example.com', 'DNS:localhost');
  holder = authority.issue('holder', 'holder');
  const { uid, gid } = unprivilegedUser() ?? statSync(folder);
  for (const file of readdirSync(certificates)) chownSync(join(certificates, file), uid, gid);
  for (const file of [server.key, holder.key]) chmodSync(file, 0o600);
  chmodSync(folder, 0o755);
  postgres = await startOwnPostgres(
    { fsync: 'off', ssl: 'on', ssl_cert_file: server.cert, ssl_key_file: server.key, ssl_ca_file: authority.authority },
    folder,
  );
  port = new URL(postgres.url).port;
  await administer(...ROLES.map((role) => `create role ${role} login password '${PASSWORD}'`));
  await administer(
    'create database main',
    "create database old template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'",
    'alter role crowd connection limit 0',
    'alter role frozen set default_transaction_read_only = on',
    "alter role roofless set search_path = 'nowhere'",
  );
  writeFileSync(join(folder, 'data', 'pg_hba.conf'), HBA);
  await postgres.halt('SIGINT');
  await postgres.resume();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function administer(...statements: string[]): Promise<void> {
  await inDatabase('postgres', ...statements);
}

async function inDatabase(name: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: `${postgres.url}/${name}` });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const addressOf = (role: string, rest = '/main', host = '127.0.0.1') =>
  `postgres://${role}:${encodeURIComponent(PASSWORD)}@${host}:${port}${rest}`;

/** What a command says that cannot use the database: one line, with nothing of the password. */
async function refusalOf(url: string, args = ['migrate', 'up']): Promise<string> {
  const { code, stdout, stderr } = await latchkey({ DATABASE_URL: url }, args);
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
  expect(stderr).not.toMatch(/s3cr|%23t|node:internal| {4}at /);
  return stderr;
}

describe('PostgreSQL that does not let us in', () => {
  it.each([
    [
      'a wrong password',
      () => addressOf('plain').replace('s3cr', 's3crX'),
      /refuses the password \(.*"plain".*, 28P01\); check it, and write # .* as %23/,
    ],
    ['no password', () => `postgres://plain@127.0.0.1:${port}/main`, /wants a password, and the address has none/],
    ['an unknown role', () => addressOf('nobody'), /refuses the password \(.*"nobody"/],
    [
      'a role that pg_hba.conf rejects',
      () => addressOf('barred'),
      /does not let us in \(.*"barred".*, 28000\); check the role and pg_hba.conf/,
    ],
    ['a role that has to use TLS', () => addressOf('secure'), /28000\).*add \?sslmode=verify-full/],
    ['an unknown database', () => addressOf('plain', '/none'), /has no such database \(.*"none".*, 3D000\); make it/],
    [
      'too many connections',
      () => addressOf('crowd'),
      /has no connection left \(.*53300\); raise its max_connections, or lower DATABASE_POOL/,
    ],
    [
      'a database of another encoding',
      () => addressOf('plain', '/old'),
      /holds text as LATIN1.*run|holds text as LATIN1.*create database old template template0 encoding 'UTF8'/,
    ],
    [
      'a role that may only read',
      () => addressOf('frozen'),
      /takes no writes.*alter role frozen reset default_transaction_read_only/,
    ],
    [
      'a role with no schema',
      () => addressOf('roofless'),
      /may use no schema of its search_path, nowhere; run: grant usage, create on schema public to roofless/,
    ],
    [
      'a port where nobody listens',
      () => 'postgres://u:s3cr@127.0.0.1:1/main',
      /cannot be reached \(connect ECONNREFUSED 127.0.0.1:1\)/,
    ],
    [
      'a host that is not there',
      () => 'postgres://u:s3cr@db.invalid/main',
      /cannot be reached \(getaddrinfo \w+ db.invalid\)/,
    ],
    [
      'a socket that is not there',
      () => 'postgres://u:s3cr@/main?host=/nowhere',
      /cannot be reached \(connect ENOENT \/nowhere\/.s.PGSQL.5432\)/,
    ],
  ])('is one line: %s', async (_what, url, line) => {
    expect(await refusalOf(url())).toMatch(line);
  });

  it('is one line of the server too', async () => {
    for (const url of [addressOf('barred'), addressOf('plain').replace('s3cr', 's3crX'), addressOf('frozen')]) {
      const start = startProcess({ DATABASE_URL: url });
      await expect(start).rejects.toThrow(/ended with 1: latchkey cannot start\. DATABASE_URL: [^\n]+\n$/);
      await expect(start).rejects.toThrow(expect.not.objectContaining({ message: expect.stringContaining('s3cr') }));
    }
  });

  it('is let in by a socket, and by a password with all of # / ? @ % and :', async () => {
    for (const url of [addressOf('plain'), `postgres://latchkey@/main?host=${folder}&port=${port}`]) {
      expect(await latchkey({ DATABASE_URL: url }, ['migrate', 'status'])).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('a role without a right', () => {
  it('is told which grant lets it make tables, and then makes them', async () => {
    await administer('create database fresh');
    const url = addressOf('plain', '/fresh');
    const grant = 'grant create on schema public to plain';
    expect(await refusalOf(url)).toContain(
      `the role plain may make no tables in the schema public; as the owner of the database run: ${grant}\n`,
    );
    await expect(startProcess({ DATABASE_URL: url })).rejects.toThrow(new RegExp(`${grant}\n$`));
    await inDatabase('fresh', grant);
    expect(await latchkey({ DATABASE_URL: url }, ['migrate', 'up'])).toMatchObject({ code: 0, stderr: '' });
    // Another role, which the tables are not for.
    await administer('create role guest login', `alter role guest password '${PASSWORD}'`);
    const guest = await refusalOf(addressOf('guest', '/fresh'), ['app', 'list']);
    expect(guest).toMatch(/refuses us a right \(.*kysely_migration, 42501\); give the role select, insert/);
  });
});

describe('TLS, as libpq has it', () => {
  const ca = () => `sslrootcert=${authority.authority}`;
  const good: [string, () => string][] = [
    ['require', () => addressOf('secure', '/main?sslmode=require')],
    ['prefer', () => addressOf('secure', '/main?sslmode=prefer')],
    ['no-verify', () => addressOf('secure', '/main?sslmode=no-verify')],
    ['require and an authority', () => addressOf('secure', `/main?sslmode=require&${ca()}`)],
    ['verify-ca', () => addressOf('secure', `/main?sslmode=verify-ca&${ca()}`)],
    ['verify-full by its name', () => addressOf('secure', `/main?sslmode=verify-full&${ca()}`, 'localhost')],
    ['an authority alone', () => addressOf('secure', `/main?${ca()}`, 'localhost')],
    ['channel binding', () => addressOf('secure', '/main?sslmode=require&channel_binding=require')],
    [
      'a certificate of our own',
      () => `postgres://holder@localhost:${port}/main?${ca()}&sslcert=${holder.cert}&sslkey=${holder.key}`,
    ],
  ];
  it.each(good)('connects without a word: %s', async (_mode, url) => {
    expect(await latchkey({ DATABASE_URL: url() }, ['migrate', 'status'])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    [
      'no authority',
      () => addressOf('secure', '/main?sslmode=verify-full', 'localhost'),
      /is from an authority that is not known here \(\w+\); name its file by \?sslmode=verify-full&sslrootcert=/,
    ],
    [
      'those of the system',
      () => addressOf('secure', '/main?sslmode=verify-full&sslrootcert=system', 'localhost'),
      /authority that is not known here/,
    ],
    [
      'another authority',
      () => addressOf('secure', `/main?sslmode=verify-ca&sslrootcert=${join(certificates, 'stranger.pem')}`),
      /authority that is not known here/,
    ],
    [
      'another name',
      () => addressOf('secure', `/main?sslmode=verify-full&${ca()}`),
      /is for another name \(.*127.0.0.1.*\); use that name, or sslmode=verify-ca/,
    ],
    ['allow, where TLS is wanted', () => addressOf('secure', '/main?sslmode=allow'), /add \?sslmode=verify-full/],
    ['no TLS', () => `${process.env.TEST_POSTGRES_URL}/postgres?sslmode=require`, /has no TLS; use sslmode=disable/],
    [
      'a key of somebody else',
      () =>
        addressOf('secure', `/main?sslmode=require&sslcert=${holder.cert}&sslkey=${join(certificates, 'server.key')}`),
      /sslcert, sslkey cannot be used together/,
    ],
  ])('refuses in one line: %s', async (_what, url, line) => {
    expect(await refusalOf(url())).toMatch(line);
  });

  it('is no reason to stop for a server: it starts, listens and signs in by it', async () => {
    await administer('create database served owner secure');
    const server = await startProcess({ DATABASE_URL: addressOf('secure', `/served?${ca()}`, 'localhost') });
    expect(server.output()).not.toMatch(/[Ww]arning/);
    const { rows } = await withClient((client) =>
      client.query(
        "select distinct application_name, ssl from pg_stat_activity join pg_stat_ssl using (pid) where datname = 'served' order by 1",
      ),
    );
    expect(rows).toEqual([
      { application_name: 'latchkey', ssl: true },
      { application_name: 'latchkey-listen', ssl: true },
    ]);
    expect(await server.stop()).toBe(0);
  });
});

async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: `${postgres.url}/postgres` });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** No PostgreSQL can be held in these states for long, so a socket says what one says in them. */
describe('what is at the port', () => {
  let stub: Server | undefined;
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    stub?.close();
  });
  const answering = async (answer: (socket: Socket) => void) => {
    stub = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.once('data', () => answer(socket));
    });
    const at = await freePort();
    await new Promise<void>((resolve) => stub?.listen(at, '127.0.0.1', resolve));
    return `postgres://u:s3cr@127.0.0.1:${at}/main?connect_timeout=2`;
  };
  const failure = (code: string, words: string) => {
    const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${words}\0\0`);
    const head = Buffer.alloc(5);
    head.write('E');
    head.writeInt32BE(fields.length + 4, 1);
    return Buffer.concat([head, fields]);
  };

  it('is one line: a server that starts', async () => {
    const url = await answering((socket) => socket.end(failure('57P03', 'das Datenbanksystem startet')));
    expect(await refusalOf(url)).toMatch(/is starting, stopping or recovering \(das Datenbanksystem startet, 57P03\)/);
  });
  it('is one line: one that hangs up, one that speaks HTTP, and one that says nothing', async () => {
    expect(await refusalOf(await answering((socket) => socket.end()))).toMatch(/hangs up at once/);
    stub?.close();
    expect(await refusalOf(await answering((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))).toMatch(
      /DATABASE_URL: /,
    );
    stub?.close();
    expect(await refusalOf(await answering(() => {}))).toMatch(/does not answer in time/);
  });
});

describe('PostgreSQL that will not do', () => {
  it('is one line: an old one', async () => {
    // None that old is at hand, so the role has a function of its own that says so.
    await administer("alter role ancient set search_path = 'past', 'pg_catalog'");
    await inDatabase(
      'main',
      'create schema past',
      `create function past.current_setting(name text) returns text language sql as
        $$ select case name when 'server_version_num' then '130014' else pg_catalog.current_setting(name) end $$`,
      'grant usage on schema past to ancient',
    );
    expect(await refusalOf(addressOf('ancient'))).toMatch(/is a PostgreSQL 13; use 14 or newer/);
  });

  it('is one line: a stand-by', async () => {
    await postgres.halt('SIGINT');
    const signal = join(folder, 'data', 'standby.signal');
    writeFileSync(signal, '');
    await postgres.resume();
    expect(await refusalOf(addressOf('plain'))).toMatch(
      /is a stand-by, which takes no writes; use the address of the primary/,
    );
  });
});
