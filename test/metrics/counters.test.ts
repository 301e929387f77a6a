import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metrics } from '../../src/metrics/table.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { asksForToken, type Outgoing, send, until } from '../support/load.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { authorizationUrl, obtainCode, signIn } from '../support/relying-app.ts';
import { scrape } from '../support/scrape.ts';
import { postTo, type ServerProcess, startCluster, startProcess } from '../support/server-process.ts';

let storage: TestDatabase;
let port: number;
let server: ServerProcess;
let machine: Awaited<ReturnType<typeof aClient>>;
let web: Awaited<ReturnType<typeof aClient>>;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  storage = await createTestDatabase();
  const api = await anApi(storage.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  machine = await aClient(storage.database, { type: 'machine', subscriptions });
  web = await aClient(storage.database, { type: 'web', subscriptions });
  ada = await aPerson(storage.database);
  port = await freePort();
  const environment = { METRICS_PORT: String(port), LOG_LEVEL: 'silent' };
  [server] = (await startCluster(storage.url ?? '', 1, environment)) as [ServerProcess];
});
afterAll(async () => {
  await server.stop();
  await storage.drop();
});

const ask = (request: Partial<Outgoing>) =>
  send({ port: server.port, host: new URL(server.issuer).host, path: '/', ...request });

/** By how much series grew while `act` ran. */
async function growth(act: () => Promise<unknown>): Promise<(series: string) => number> {
  const before = await scrape(port);
  await act();
  const after = await scrape(port);
  return (series) => after.value(series) - before.value(series);
}

const refreshTokens = () =>
  signIn(server, web, ada, { parameters: { scope: 'openid offline_access', prompt: 'consent' } });
const refresh = (token: string) => postTo(server, '/token', { grant_type: 'refresh_token', refresh_token: token }, web);

describe('/metrics', () => {
  it('has every metric of the table, and those of the process', async () => {
    const { names } = await scrape(port);
    const own = Object.keys(metrics).filter((name) => name !== 'latchkey_workers');
    expect([...names].filter((name) => name.startsWith('latchkey_')).sort()).toEqual(own.sort());
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect([...names]).toContain(name);
    }
  });

  it('is served there and nowhere else, and nothing else is served there', async () => {
    expect((await ask({ path: '/metrics' })).status).toBe(404);
    for (const path of ['/', '//', '/token', '/healthz', '/metrics/']) {
      expect([path, (await fetch(`http://localhost:${port}${path}`)).status]).toEqual([path, 404]);
    }
    expect((await fetch(`http://localhost:${port}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('is served there, whatever else is asked for there', async () => {
    for (const target of ['//', 'http://[', '//a@[#x', '*', `/${'x'.repeat(10_000)}`]) {
      const socket = connect(port, '127.0.0.1').setEncoding('utf8');
      socket.write(`GET ${target} HTTP/1.1\r\nHost: metrics\r\nConnection: close\r\n\r\n`);
      expect([target, (await socket.toArray()).join('').split('\r\n')[0]]).toEqual([target, 'HTTP/1.1 404 Not Found']);
    }
    expect((await fetch(`http://localhost:${port}/metrics?of=all`)).status).toBe(200);
  });

  it('listens only on this machine unless told otherwise', async () => {
    const { networkInterfaces } = await import('node:os');
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one && !one.internal && one.family === 'IPv4');
    // Without a network there is no outside.
    if (outside) await expect(fetch(`http://${outside.address}:${port}/metrics`)).rejects.toThrow('fetch failed');
  });
});

describe('counts', () => {
  it('requests by group of addresses and class of status, and how long they took', async () => {
    const grew = await growth(async () => {
      await ask(asksForToken(machine));
      await ask(asksForToken(machine));
      await ask({ path: '/jwks' });
      await ask({ path: '/token', form: { grant_type: 'client_credentials' } });
    });
    expect(grew('latchkey_http_requests_total{route="token",status="2xx"}')).toBe(2);
    expect(grew('latchkey_http_requests_total{route="token",status="4xx"}')).toBe(1);
    expect(grew('latchkey_http_requests_total{route="jwks",status="2xx"}')).toBe(1);
    expect(grew('latchkey_http_request_duration_seconds_count{route="token"}')).toBe(3);
    expect(grew('latchkey_http_request_duration_seconds_bucket{le="+Inf",route="token"}')).toBe(3);
    expect(grew('latchkey_http_request_duration_seconds_sum{route="token"}')).toBeGreaterThan(0);
  });

  it('addresses that nobody knows as one', async () => {
    const ours = async () => (await scrape(port)).series.filter((name) => name.startsWith('latchkey_')).length;
    const before = await ours();
    const grew = await growth(async () => {
      for (let turn = 0; turn < 50; turn += 1) await ask({ path: `/nowhere-${turn}/${turn}` });
      for (let turn = 0; turn < 50; turn += 1) await ask({ path: `/interaction/${turn}` });
    });
    expect(grew('latchkey_http_requests_total{route="other",status="4xx"}')).toBe(50);
    expect(grew('latchkey_http_requests_total{route="interaction",status="4xx"}')).toBe(50);
    // Two counters, and two histograms with 14 buckets, a sum and a count.
    expect((await ours()) - before).toBeLessThanOrEqual(2 + 2 * 16);
  });

  it('tokens by grant type', async () => {
    const { code: _, form } = await obtainCode(server, web, ada, { scope: 'openid offline_access', prompt: 'consent' });
    const grew = await growth(async () => {
      await ask(asksForToken(machine));
      const { body } = await postTo(server, '/token', form, web);
      await refresh(body.refresh_token ?? '');
      await refresh('not-a-token');
    });
    for (const grantType of ['client_credentials', 'authorization_code', 'refresh_token']) {
      const series = `latchkey_tokens_issued_total{grant_type="${grantType}"}`;
      expect([grantType, grew(series)]).toEqual([grantType, 1]);
    }
  });

  it('failed attempts of apps and of people', async () => {
    const grew = await growth(async () => {
      await ask(asksForToken({ ...machine, clientSecret: 'wrong' }));
      await ask({ path: '/token/introspection', form: { token: 'x' } });
      const person = new Person(server.issuer);
      const page = await person.visit(authorizationUrl(server, web));
      await person.submit(page, '/sign-in', { email: ada.email, password: 'wrong wrong wrong' });
      await new Person(server.issuer).authorize(authorizationUrl(server, web), ada);
    });
    expect(grew('latchkey_authentication_failures_total{who="client"}')).toBe(2);
    expect(grew('latchkey_authentication_failures_total{who="person"}')).toBe(1);
  });

  it('refresh tokens and codes that come back', async () => {
    const { tokens } = await refreshTokens();
    const { form } = await obtainCode(server, web, ada, { scope: 'openid offline_access', prompt: 'consent' });
    await refresh(tokens.refresh_token ?? '');
    await postTo(server, '/token', form, web);
    const grew = await growth(async () => {
      await refresh(tokens.refresh_token ?? '');
      await postTo(server, '/token', form, web);
      await refresh('never-was-one');
    });
    expect(grew('latchkey_reuse_detected_total{grant_type="refresh_token"}')).toBe(1);
    expect(grew('latchkey_reuse_detected_total{grant_type="authorization_code"}')).toBe(1);
  });

  it('polls of the revocation feed, and its open streams', async () => {
    const { headers } = await ask({ path: '/revocations' });
    const abort = new AbortController();
    const grew = await growth(async () => {
      await ask({ path: '/revocations' });
      await ask({ path: '/revocations', headers: { 'if-none-match': String(headers.etag) } });
      const { body } = await fetch(`${server.issuer}/revocations/stream`, { signal: abort.signal });
      await body?.getReader().read();
    });
    expect(grew('latchkey_revocation_feed_polls_total{result="changed"}')).toBe(1);
    expect(grew('latchkey_revocation_feed_polls_total{result="unchanged"}')).toBe(1);
    expect(grew('latchkey_revocation_streams')).toBe(1);
    abort.abort();
  });

  it('apps that it remembers, and how often that helped', async () => {
    const subscriptions: never[] = [];
    const fresh = await aClient(storage.database, { type: 'machine', subscriptions });
    const introspects = () => postTo(server, '/token/introspection', { token: 'x' }, fresh);
    const first = await growth(introspects);
    // Word of the new app may come only now, in the middle of the request or after it. All are forgotten once more then.
    expect(first('latchkey_catalog_lookups_total{result="miss"}')).toBeGreaterThanOrEqual(1);
    await until('it is remembered', async () => {
      const again = await growth(introspects);
      const [hits, misses] = ['hit', 'miss'].map((result) =>
        again(`latchkey_catalog_lookups_total{result="${result}"}`),
      );
      return misses === 0 && (hits ?? 0) > 0;
    });
    expect((await scrape(port)).value('latchkey_catalog_entries')).toBeGreaterThanOrEqual(1);
  });

  it('signing keys by stage, and the connections of the pool', async () => {
    const { value, sum } = await scrape(port);
    expect(value('latchkey_signing_keys{alg="ES256",stage="active"}')).toBe(1);
    expect(value('latchkey_signing_keys{alg="ES256",stage="pending"}')).toBe(0);
    expect(value('latchkey_signing_key_age_seconds{alg="ES256"}')).toBeGreaterThan(0);
    expect(sum('latchkey_pool_connections')).toBeGreaterThan(0);
    expect(sum('latchkey_pool_connections')).toBeLessThanOrEqual(10);
    expect(value('latchkey_pool_waiting')).toBe(0);
    await until('the clocks are compared', async () =>
      (await scrape(port)).series.includes('latchkey_database_clock_ahead_seconds'),
    );
  });
});

it('says which variable is wrong when the port is taken', async () => {
  const fresh = await createTestDatabase();
  const start = startProcess({ DATABASE_URL: fresh.url ?? '', METRICS_PORT: String(port) });
  await expect(start).rejects.toThrow(/latchkey cannot start\. METRICS_PORT: is taken by another program; /);
  await fresh.drop();
});
