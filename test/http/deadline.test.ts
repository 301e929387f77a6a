import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { until } from '../support/load.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { sendRaw } from '../support/raw.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { basic } from '../support/tokens.ts';

/**
 * Far beyond the deadline of five seconds, for a machine that is busy; below what two waits would take. A write that still
 * waits inside of PgBouncer for one of its three connections cannot be cancelled there: the limit on one answer ends it.
 */
const SOON = process.env.TEST_ON === 'pgbouncer' ? 15_000 : 9500;

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
let visitor: Person;
let refreshToken: string;
/** Of another family. Behind PgBouncer a statement that was given up may still be carried out: a token may be revoked after the 503. */
let revocable: string;
let home: string;

beforeAll(async () => {
  server = await startTestServer();
  const api = await anApi(server.database);
  const ada = await aPerson(server.database);
  app = await aClient(server.database, {
    type: 'web',
    subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
  });
  const parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
  refreshToken = (await signIn(server, app, ada, { parameters })).tokens.refresh_token ?? '';
  revocable = (await signIn(server, app, ada, { parameters })).tokens.refresh_token ?? '';
  visitor = await aVisitor(server, ada);
  home = (await visitor.visit('/teams/new')).text;
});
afterAll(() => server.stop());

const multipart = { 'content-type': 'multipart/form-data; boundary=x' };

/** Holds tables, or on the embedded database all of it, until the work is done. */
const whileLocked = <T>(mode: string, work: () => Promise<T>): Promise<T> =>
  server.database.db.transaction().execute(async (trx) => {
    const tables = ['artifacts', 'clients', 'accounts', 'portal_sessions', 'throttles'];
    await sql`lock table ${sql.join(tables.map((name) => sql.table(name)))} in ${sql.raw(mode)} mode`.execute(trx);
    return work();
  });

interface Asked {
  path: string;
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

async function ask({ path, form, headers = {} }: Asked) {
  const began = performance.now();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await sendRaw(server, {
    path,
    headers: { host: new URL(server.issuer).host, ...(form ? type : {}), ...headers },
    ...(form ? { method: 'POST', body: new URLSearchParams(form).toString() } : {}),
  });
  return {
    name: path,
    status: answer.status,
    retryAfter: answer.headers['retry-after'],
    soon: performance.now() - began < SOON,
  };
}

const refresh = (form: Record<string, string> = {}): Asked => ({
  path: '/token',
  form: { grant_type: 'refresh_token', refresh_token: refreshToken, ...form },
  headers: { authorization: basic(app) },
});

it('pages and programs that wait for locks are refused by one deadline, whatever they do', async () => {
  const cookie = [...visitor.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const csrf = /name="csrf" value="([^"]+)"/.exec(home)?.[1] ?? '';
  const target = new URL(authorizationUrl(server, app));
  const asked: Asked[] = [
    { path: target.pathname + target.search },
    { path: '/', headers: { cookie, accept: 'text/html' } },
    { path: '/apps', headers: { cookie, accept: 'text/html' } },
    { path: '/teams', form: { csrf, name: 'A team' }, headers: { cookie, accept: 'text/html' } },
    {
      path: '/token',
      form: { grant_type: 'client_credentials' },
      headers: { authorization: basic({ clientId: 'unknown', clientSecret: 'x' }) },
    },
    {
      path: '/token',
      form: { grant_type: 'authorization_code', code: 'x'.repeat(43) },
      headers: { authorization: basic(app) },
    },
    refresh(),
    // Not for the lane.
    refresh({ unknown: 'x' }),
    // Only looks like an upload.
    { path: '/teams', form: { csrf, name: 'A team' }, headers: { cookie, accept: 'text/html', ...multipart } },
    { path: '/token/introspection', form: { token: refreshToken }, headers: { authorization: basic(app) } },
    { path: '/token/revocation', form: { token: revocable }, headers: { authorization: basic(app) } },
  ];
  const answers = await whileLocked('access exclusive', async () => {
    const all = await Promise.all(asked.map(ask));
    // A client that gives up what waits inside of PgBouncer leaves the connections behind it to PgBouncer.
    if (server.databaseUrl && process.env.TEST_ON !== 'pgbouncer')
      await until('nothing waits in the database', async () => (await waiting()) === 0);
    return all;
  });
  for (const answer of answers) expect(answer).toMatchObject({ status: 503, retryAfter: '1', soon: true });
});

async function waiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from pg_locks where not granted
    and database = (select oid from pg_database where datname = current_database())`.execute(server.database.db);
  return rows[0]?.count ?? 0;
}

it('a refresh that is refused by the deadline has used nothing up, on either way', async () => {
  for (const form of [{}, { unknown: 'x' }]) {
    const refused = await whileLocked('share', () => ask(refresh(form)));
    expect(refused).toMatchObject({ status: 503, retryAfter: '1', soon: true });
  }
  expect((await ask(refresh())).status).toBe(200);
});
