import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Database, openPostgres } from '../../src/db/connections/connection.ts';
import { asksForToken, until } from '../support/load.ts';
import { here } from '../support/patience.ts';
import { Person } from '../support/person.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/postgres.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { type ServerProcess, startCluster } from '../support/server-process.ts';
import { basic } from '../support/tokens.ts';
import {
  ask,
  Chain,
  counted,
  type Furniture,
  furnish,
  isClearRefusal,
  refreshRequest,
  startTraffic,
  wrongsOf,
} from './rig.ts';

let postgres: OwnPostgres;
let database: Database;
let servers: [ServerProcess, ServerProcess];
let furniture: Furniture;

beforeAll(async () => {
  postgres = await startOwnPostgres();
  const url = `${postgres.url}/postgres`;
  servers = (await startCluster(url, 2, { LOG_LEVEL: 'silent', METRICS_PORT: 'free' })) as [
    ServerProcess,
    ServerProcess,
  ];
  database = openPostgres(url, 2, () => {});
  furniture = await furnish(database);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database.close();
  await postgres.stop();
});

const untilReady = (server: ServerProcess) =>
  until('the server is ready', async () => (await ask(server, { path: '/readyz' })).status === 200, here(5));

describe('while PostgreSQL is away', () => {
  let chain: Chain;
  let accessToken: string;
  /** Someone who was about to sign in. */
  let visitor: Person;
  let signInPage: { url: string; text: string };
  beforeAll(async () => {
    const [server] = servers;
    chain = await Chain.begin(server, furniture.strict, furniture);
    accessToken = JSON.parse((await ask(server, asksForToken(furniture.machine))).text).access_token;
    visitor = new Person(server.issuer);
    signInPage = await visitor.visit(authorizationUrl(server, furniture.strict));
    await postgres.halt('SIGINT');
  });
  afterAll(() => postgres.resume());

  const posts = (): [string, Parameters<typeof ask>[1]][] => {
    const { machine, strict } = furniture;
    const headers = { authorization: basic(machine) };
    const web = { authorization: basic(strict) };
    const code = {
      code: 'x'.repeat(43),
      redirect_uri: 'https://app.example.com/callback',
      code_verifier: 'v'.repeat(43),
    };
    return [
      ['a refresh', refreshRequest(strict, chain.token)],
      ['a code', { path: '/token', form: { grant_type: 'authorization_code', ...code }, headers: web }],
      [
        'an unknown app',
        {
          path: '/token',
          form: { grant_type: 'client_credentials' },
          headers: { authorization: basic({ clientId: 'nobody', clientSecret: 'x' }) },
        },
      ],
      ['introspection of a JWT', { path: '/token/introspection', form: { token: accessToken }, headers }],
      [
        'introspection of a refresh token',
        { path: '/token/introspection', form: { token: chain.token }, headers: web },
      ],
      ['revocation of a JWT', { path: '/token/revocation', form: { token: accessToken }, headers }],
      ['revocation of a refresh token', { path: '/token/revocation', form: { token: chain.token }, headers: web }],
      [
        'a pushed request',
        {
          path: '/request',
          form: Object.fromEntries(new URL(authorizationUrl(servers[0], strict)).searchParams),
          headers: web,
        },
      ],
      ['UserInfo', { path: '/me', headers: { authorization: `Bearer ${'x'.repeat(43)}` } }],
      ['readiness', { path: '/readyz' }],
    ];
  };

  it('answers programs with 503, Retry-After and temporarily_unavailable, and counts them', async () => {
    const before = await counted(servers, 'latchkey_unavailable_answers_total');
    const failures = await counted(servers, 'latchkey_connection_failures_total');
    const answers = await Promise.all(
      posts().map(async ([what, request]) => ({ what, answer: await ask(servers[0], request) })),
    );
    expect(answers.filter(({ answer }) => !isClearRefusal(answer))).toEqual([]);
    expect((await counted(servers, 'latchkey_unavailable_answers_total')) - before).toBe(answers.length);
    expect(await counted(servers, 'latchkey_connection_failures_total')).toBeGreaterThan(failures);
  });

  it('answers browsers with a page that says so', async () => {
    const paths = [authorizationUrl(servers[0], furniture.strict), signInPage.url, '/session/end?client_id=nobody'];
    for (const path of paths) {
      const response = await visitor.request(path);
      const text = await response.text();
      expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 503, '1']);
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      expect(text).toContain('The server cannot answer right now.');
      expect(text).not.toMatch(/ECONNREFUSED|server_error/);
    }
  });

  it('lets nobody sign in, and lets nobody in because an answer is missing', async () => {
    const { response } = await visitor.submit(signInPage, '/sign-in', furniture.ada);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('still publishes its keys and its metadata, and says that it lives', async () => {
    for (const path of ['/jwks', '/.well-known/openid-configuration', '/healthz']) {
      expect([path, (await ask(servers[0], { path })).status]).toEqual([path, 200]);
    }
  });
});

describe.each(['SIGINT', 'SIGKILL'] as const)('PostgreSQL ended by %s under load, and started again', (signal) => {
  it('gives no wrong answer, and all go on within five seconds', async () => {
    await Promise.all(servers.map(untilReady));
    const traffic = await startTraffic(servers, furniture);
    const { tally, chains } = traffic;
    await until('the load runs', () => tally.good > 50 && chains.every((chain) => chain.tally.good > 5));
    const unavailableBefore = await counted(servers, 'latchkey_unavailable_answers_total');
    const refusedTotal = () =>
      [tally, ...chains.map((chain) => chain.tally)].reduce((sum, one) => sum + one.refused, 0);
    const refusedAtFirst = refusedTotal();

    await postgres.halt(signal);
    const refusedBefore = tally.refused;
    await until(
      'refusals',
      () => tally.refused > refusedBefore + 20 && chains.every((chain) => chain.tally.refused > 3),
    );
    await postgres.resume();
    const since = Date.now();
    const counters = [tally, ...chains.map((chain) => chain.tally)];
    await until('all go on', () => counters.every((one) => one.lastGood > since), here(5));
    await until(
      'both processes are ready',
      async () => {
        const answers = await Promise.all(servers.map((server) => ask(server, { path: '/readyz' })));
        return answers.every((answer) => answer.status === 200);
      },
      5,
    );
    await traffic.stop();

    expect(wrongsOf(traffic)).toEqual([]);
    expect(counters.map((one) => one.lost)).toEqual(counters.map(() => 0));
    for (const chain of chains) expect(await chain.state(database)).toEqual({ live: 1, presentedIsLive: true });
    // Those of readiness come on top.
    const unavailable = (await counted(servers, 'latchkey_unavailable_answers_total')) - unavailableBefore;
    expect(unavailable).toBeGreaterThanOrEqual(refusedTotal() - refusedAtFirst);
    expect(await counted(servers, 'latchkey_pool_connections{state="idle"}')).toBeGreaterThan(0);
    await Promise.all(servers.map(({ port }) => ask({ ...servers[0], port }, asksForToken(furniture.machine))));
    expect((await counted(servers, 'latchkey_unavailable_answers_total')) - unavailableBefore).toBe(unavailable);
  });
});

describe('PostgreSQL without connections to spare', () => {
  it('answers 503, and recovers by itself', async () => {
    const { rows } = (await database.pool?.query("select current_setting('max_connections')::int as most")) ?? {
      rows: [],
    };
    const hogs = openPostgres(`${postgres.url}/postgres?application_name=hog`, rows[0].most, () => {});
    const { sql } = await import('kysely');
    const chain = await Chain.begin(servers[0], furniture.strict, furniture);
    const clients: { release(destroy: boolean): void }[] = [];
    // The servers connect again by themselves, and may be the first to.
    const takeAll = async () => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey' and pid <> pg_backend_pid()`.execute(
        database.db,
      );
      const missing = Array.from({ length: rows[0].most - clients.length }, () => hogs.pool?.connect());
      const connected = await Promise.allSettled(missing);
      clients.push(...connected.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : [])));
    };
    const refusals: boolean[] = [];
    await until('a refusal', async () => {
      await takeAll();
      const answer = await ask(servers[0], {
        path: '/token/introspection',
        form: { token: chain.token },
        headers: { authorization: basic(chain.app) },
      });
      if (answer.status !== 200) refusals.push(isClearRefusal(answer));
      return answer.status !== 200;
    });
    for (const client of clients) client.release(true);
    await hogs.close();
    expect(refusals).toEqual([true]);
    await until('it goes on', () => chain.step(servers[0]), here(5));
    expect(chain.tally.wrong).toEqual([]);
  });
});
