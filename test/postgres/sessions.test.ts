import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Database, openPostgres } from '../../src/db/connections/connection.ts';
import { latchkey } from '../cli/processes.ts';
import { ask, Chain, type Furniture, furnish } from '../faults/rig.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { asksForToken } from '../support/load.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { type ServerProcess, startCluster, startProcess } from '../support/server-process.ts';
import { basic, type TokenBody } from '../support/tokens.ts';

/** What a role or a database may have set, and an operator has reasons for. */
const HOSTILE = [
  "datestyle = 'SQL, DMY'",
  "timezone = 'Asia/Kathmandu'",
  "intervalstyle = 'sql_standard'",
  "bytea_output = 'escape'",
  'extra_float_digits = -15',
  'array_nulls = off',
  'standard_conforming_strings = off',
  "client_encoding = 'LATIN1'",
  "default_transaction_isolation = 'serializable'",
  'default_transaction_deferrable = on',
  'row_security = off',
  'statement_timeout = 1',
  'lock_timeout = 1',
  'idle_in_transaction_session_timeout = 1',
  'idle_session_timeout = 100',
  "search_path = 'elsewhere'",
] as const;

/** Those that reach us through a pooler too, and that a role must be free to have. */
const THROUGH_POOLER = HOSTILE.filter((setting) => !/(statement|lock|idle)\w*_timeout/.test(setting));

let storage: TestDatabase;
/** Heeds none of the settings either. */
let database: Database;
beforeAll(async () => {
  storage = await createTestDatabase();
  database = openPostgres(storage.url ?? '', 2, () => {}, { own: true });
});
afterAll(async () => {
  await database.close();
  await storage.drop();
});

const nameOf = (url: string) => new URL(url).pathname.slice(1);
const execute = (text: string) => database.pool?.query(text);

/** Sets them for the database, whose connections have them from the next one on. */
async function setAll(settings: readonly string[]): Promise<void> {
  const name = nameOf(storage.url ?? '');
  await execute('drop schema public cascade; drop schema if exists elsewhere cascade; create schema public');
  // Of another product that keeps its migrations in the same way.
  await execute('create schema elsewhere; create table public.kysely_migration (name text)');
  await execute(`alter database ${name} reset all`);
  for (const setting of settings) await execute(`alter database ${name} set ${setting}`);
}

/** Migrates, signs people in, refreshes, introspects and revokes. */
async function useAll(server: ServerProcess): Promise<void> {
  const fresh = openPostgres(storage.url ?? '', 2, () => {}, { own: true });
  const furniture: Furniture = await furnish(fresh);
  await fresh.close();
  const machine = await ask(server, asksForToken(furniture.machine));
  expect(machine.status).toBe(200);
  const { access_token: token } = JSON.parse(machine.text) as TokenBody;
  const headers = { authorization: basic(furniture.machine) };
  const introspect = async () => {
    const { status, text } = await ask(server, { path: '/token/introspection', form: { token }, headers });
    return { status, active: (JSON.parse(text) as { active: boolean }).active };
  };
  for (let turn = 0; turn < 20; turn += 1) expect(await introspect()).toEqual({ status: 200, active: true });
  const chain = await Chain.begin(server, furniture.strict, furniture);
  for (let turn = 0; turn < 3; turn += 1) expect(await chain.step(server)).toBe(true);
  expect((await ask(server, { path: '/token/revocation', form: { token }, headers })).status).toBe(200);
  expect(await introspect()).toEqual({ status: 200, active: false });
}

describe('what is set for the role or the database', () => {
  it('changes nothing for a server of its own connections, nor for its commands', async () => {
    await setAll(HOSTILE);
    const [server] = (await startCluster(storage.url ?? '', 1)) as [ServerProcess];
    await useAll(server);
    const listed = await latchkey({ DATABASE_URL: storage.url ?? '' }, ['app', 'list', '--json']);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(await server.stop()).toBe(0);
    expect(server.output()).not.toMatch(/"level":(40|50)/);
  });

  it('changes nothing through PgBouncer either', async () => {
    await setAll(THROUGH_POOLER);
    const bouncer = await startPgBouncer(storage.url ?? '');
    const [server] = (await startCluster(bouncer.url, 1, { LISTEN: 'off' })) as [ServerProcess];
    await useAll(server);
    await server.stop();
    await bouncer.stop();
  });
});

describe('through PgBouncer with LISTEN=on', () => {
  const own = 'statement_timeout,idle_in_transaction_session_timeout';
  const more =
    'lock_timeout,idle_session_timeout,IntervalStyle,bytea_output,extra_float_digits,array_nulls,default_transaction_isolation,default_transaction_deferrable';
  const SETTINGS: readonly (readonly [string, readonly string[]])[] = [
    ['as it comes', []],
    ['that leaves our limits aside', [`ignore_startup_parameters = ${own}`]],
    ['that leaves all but our mark aside', [`ignore_startup_parameters = ${own},${more}`]],
    ['that leaves all aside', [`ignore_startup_parameters = ${own},${more},latchkey.session`]],
  ];
  let bouncer: PgBouncer | undefined;

  it.each(SETTINGS)('nothing starts, and one line names LISTEN=off: %s', async (_which, settings) => {
    await setAll([]);
    bouncer = await startPgBouncer(storage.url ?? '', 3, settings);
    const environment = { DATABASE_URL: bouncer.url, MASTER_KEYS: `k:${randomBytes(32).toString('base64')}` };
    const line = /DATABASE_URL: leads through a pooler such as PgBouncer, [^\n]*; set LISTEN=off\n$/;
    await expect(startProcess(environment)).rejects.toThrow(line);
    const { code, stderr } = await latchkey(environment, ['migrate', 'status']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(line) });
    await bouncer.stop();
  });
});
