import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { rotateKey } from '../../src/keys/rotation.ts';
import { createSigners } from '../../src/keys/signers/signers.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { asksForToken, until } from '../support/load.ts';
import { Person } from '../support/person.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { signIn } from '../support/relying-app.ts';
import { type ServerProcess, startCluster, startProcess } from '../support/server-process.ts';
import { basic, type TokenBody } from '../support/tokens.ts';
import { ask, Chain, type Furniture, furnish, refreshRequest, startTraffic, wrongsOf } from './rig.ts';

const masterKey = { id: 'test', key: randomBytes(32) };
const environment = {
  MASTER_KEYS: `test:${masterKey.key.toString('base64')}`,
  JWKS_MAX_AGE: '1',
  KEY_PUBLISH_SECONDS: '6',
  LISTEN: 'off',
  LOG_LEVEL: 'silent',
};

let storage: TestDatabase;
let bouncer: PgBouncer;
let servers: [ServerProcess, ServerProcess];
let furniture: Furniture;

beforeAll(async () => {
  storage = await createTestDatabase();
  // Migrated through PgBouncer too, by two processes at once.
  await storage.database.pool?.query('drop schema public cascade; create schema public');
  bouncer = await startPgBouncer(storage.url ?? '');
  servers = (await startCluster(bouncer.url, 2, environment)) as [ServerProcess, ServerProcess];
  furniture = await furnish(storage.database);
});
afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await bouncer?.stop();
  await storage.drop();
});

const introspect = async (token: string, app: Furniture['machine']) => {
  const headers = { authorization: basic(app) };
  const { status, text } = await ask(servers[1], { path: '/token/introspection', form: { token }, headers });
  return { status, ...(JSON.parse(text) as { active: boolean }) };
};
const revoke = (token: string, app: Furniture['machine']) =>
  ask(servers[0], { path: '/token/revocation', form: { token }, headers: { authorization: basic(app) } });

it('gives and revokes tokens of machines', async () => {
  const { status, text } = await ask(servers[0], asksForToken(furniture.machine));
  expect(status).toBe(200);
  const { access_token: token } = JSON.parse(text) as TokenBody;
  expect(await introspect(token, furniture.machine)).toMatchObject({ status: 200, active: true });
  expect((await revoke(token, furniture.machine)).status).toBe(200);
  expect(await introspect(token, furniture.machine)).toEqual({ status: 200, active: false });
});

it('signs people in, and refreshes, and ends a family of which a token comes back', async () => {
  const { strict, ada } = furniture;
  const { tokens, person } = await signIn(servers[0], strict, ada, {
    parameters: { scope: 'openid offline_access', prompt: 'consent' },
  });
  expect(tokens.claims()?.sub).toBe(ada.account.id);
  const chain = new Chain(strict, tokens.refresh_token ?? '');
  const used = chain.token;
  expect(await chain.step(servers[1])).toBe(true);
  expect(await introspect(chain.token, strict)).toMatchObject({ active: true });
  expect((await ask(servers[0], refreshRequest(strict, used))).status).toBe(400);
  expect(await introspect(chain.token, strict)).toMatchObject({ active: false });

  const again = await signIn(servers[0], strict, ada, { parameters: { scope: 'openid' }, person });
  expect(again.tokens.claims()?.sub).toBe(ada.account.id);
});

it('counts failed attempts', async () => {
  const person = new Person(servers[0].issuer);
  const wrong = { email: 'nobody@example.com', password: 'wrong wrong wrong' };
  let page = await person.visit('/sign-in');
  const seen: number[] = [];
  for (let turn = 0; turn < 11; turn += 1) {
    page = await person.submit(page, '/sign-in', wrong);
    seen.push(page.response.status);
  }
  expect(seen).toEqual([...Array(10).fill(400), 429]);
});

it('rotates keys under load without a failure, and both processes follow', async () => {
  const traffic = await startTraffic(servers, furniture);
  const counters = [traffic.tally, ...traffic.chains.map((chain) => chain.tally)];
  const { kid, activatesAt } = await rotateKey(
    {
      db: storage.database.db,
      signer: createSigners([masterKey], undefined)[0],
      policy: { rotateEvery: 2_592_000, publishFor: 6, retainFor: 86_400 },
    },
    'ES256',
    { actor: { type: 'operator' }, now: new Date() },
  );
  const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
  for (const server of servers) {
    await until('the new key signs', async () => {
      const { text } = await ask(server, asksForToken(furniture.machine));
      const { access_token: token } = JSON.parse(text) as TokenBody;
      const jwks = JSON.parse((await ask(server, { path: '/jwks' })).text) as JSONWebKeySet;
      await jwtVerify(token, createLocalJWKSet(jwks));
      return headerOf(token).kid === kid;
    });
  }
  expect(Date.now()).toBeGreaterThanOrEqual(activatesAt.getTime());
  await traffic.stop();
  expect(wrongsOf(traffic)).toEqual([]);
  for (const { refused, lost, good } of counters) {
    expect({ refused, lost }).toEqual({ refused: 0, lost: 0 });
    expect(good).toBeGreaterThan(10);
  }
});

it('has fewer connections to PostgreSQL than the servers have to PgBouncer', async () => {
  const { rows } = (await storage.database.pool?.query(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name like 'latchkey%'",
  )) ?? { rows: [] };
  // Three of PgBouncer's and those of this test itself.
  expect(rows[0].count).toBeLessThanOrEqual(3 + 10);
});

it('needs LISTEN=off: without it the limits are asked for in a way that PgBouncer refuses', async () => {
  const start = startProcess({ ...environment, LISTEN: 'on', DATABASE_URL: bouncer.url });
  await expect(start).rejects.toThrow(/unsupported startup parameter/);
});
