import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { ask, Chain, type Furniture, furnish } from '../faults/rig.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { asksForToken } from '../support/load.ts';
import { freePort } from '../support/postgres.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { basic, type TokenBody } from '../support/tokens.ts';

jest.setTimeout(240_000);

const folder = mkdtempSync(join(tmpdir(), 'latchkey-restore-'));
const dump = join(folder, 'latchkey.dump');
const newKeys = () => ({
  MASTER_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  COOKIE_KEYS: randomBytes(48).toString('base64url'),
});
const secrets = newKeys();

let running: ServerProcess | undefined;
let port: number;
let original: TestDatabase;
let restored: TestDatabase;
let furniture: Furniture;
let chain: Chain;
let token: string;
let person: Awaited<ReturnType<typeof signIn>>['person'];

/** The same server: the same issuer wherever it runs. */
const start = async (storage: TestDatabase, settings: Record<string, string>) => {
  const env = { PORT: String(port), DATABASE_URL: storage.url ?? '', LOG_LEVEL: 'warn', ...settings };
  running = await startProcess(env);
  return running;
};

/** Lives through what a backup is for: it is made while the server runs, and the database is gone after it. */
beforeAll(async () => {
  port = await freePort();
  original = await createTestDatabase();
  const server = await start(original, secrets);
  furniture = await furnish(original.database);
  ({ person } = await signIn(server, furniture.strict, furniture.ada, { parameters: { scope: 'openid' } }));
  chain = await Chain.begin(server, furniture.strict, furniture);
  token = (JSON.parse((await ask(server, asksForToken(furniture.machine))).text) as TokenBody).access_token ?? '';
  execFileSync('pg_dump', ['--format=custom', `--file=${dump}`, original.url ?? '']);
  await server.stop('SIGKILL');
  await original.drop();
  restored = await createTestDatabase();
  await restored.database.pool?.query('drop schema public cascade; create schema public');
  execFileSync('pg_restore', ['--no-owner', '--exit-on-error', `--dbname=${restored.url}`, dump]);
});
afterEach(async () => {
  await running?.stop();
});
afterAll(async () => {
  await restored?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('without the master keys it does not start, and says which one is missing', async () => {
  const { MASTER_KEYS: other } = newKeys();
  await expect(start(restored, { ...secrets, MASTER_KEYS: other.replace('k1:', 'k2:') })).rejects.toThrow(
    /latchkey cannot start\. MASTER_KEYS: key "k1" is missing, [^\n]+\n$/,
  );
  await expect(start(restored, { ...secrets, MASTER_KEYS: other })).rejects.toThrow(
    /latchkey cannot start\. MASTER_KEYS: key "k1" is not the key [^\n]+\n$/,
  );
});

it('with all of it, elsewhere, families go on and sessions live, and access tokens from before are refused', async () => {
  const server = await start(restored, secrets);
  const jwks = JSON.parse((await ask(server, { path: '/jwks' })).text) as JSONWebKeySet;
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { issuer: server.issuer });
  expect(payload.client_id).toBe(furniture.machine.clientId);
  const headers = { authorization: basic(furniture.machine) };
  const { text } = await ask(server, { path: '/token/introspection', form: { token }, headers });
  expect(JSON.parse(text)).toEqual({ active: false });
  expect(await chain.step(server)).toBe(true);
  const { leftTo } = await person.visit(authorizationUrl(server, furniture.strict, { prompt: 'none' }));
  expect(leftTo?.searchParams.get('code')).toMatch(/.{20}/);
});

it('with other cookie keys tokens go on, and people sign in again', async () => {
  const { COOKIE_KEYS } = newKeys();
  const server = await start(restored, { ...secrets, COOKIE_KEYS });
  const { leftTo } = await person.visit(authorizationUrl(server, furniture.strict, { prompt: 'none' }));
  expect(leftTo?.searchParams.get('error')).toBe('login_required');
  expect(await chain.step(server)).toBe(true);
});
