import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { SigningAlg } from '../../src/keys/signing-algs.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { post, requestToken } from '../support/tokens.ts';

const program = fileURLToPath(new URL('../../examples/signer.ts', import.meta.url));
let folder: string;
let socket: string;
let storage: TestDatabase;
let signer: ChildProcess;
let server: ServerProcess;

async function startSigner(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, socket, join(folder, 'keys')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  return child;
}

async function stopSigner(): Promise<void> {
  const ended = new Promise((resolve) => signer.once('exit', resolve));
  signer.kill('SIGKILL');
  await ended;
  rmSync(socket, { force: true });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-signer-'));
  socket = join(folder, 'signer.sock');
  storage = await createTestDatabase();
  signer = await startSigner();
  server = await startProcess({
    DATABASE_URL: storage.url ?? '',
    SIGNER: `unix:${socket}`,
    MASTER_KEYS: `k:${randomBytes(32).toString('base64')}`,
    COOKIE_KEYS: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'fatal',
  });
});
afterAll(async () => {
  await server.stop();
  await stopSigner();
  await storage.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** As if it had been published for long enough. */
async function keyIsKnown(alg: SigningAlg): Promise<void> {
  const { db } = storage.database;
  const now = new Date();
  const isThere = () => db.selectFrom('signing_keys').select('kid').where('alg', '=', alg).executeTakeFirst();
  while (!(await isThere())) await new Promise(setImmediate);
  await db.updateTable('signing_keys').set({ activates_at: now }).where('activates_at', '>', now).execute();
}

/** The server follows within a second. */
async function tokenSignedBy(alg: SigningAlg, app: Parameters<typeof requestToken>[1]) {
  for (;;) {
    const answer = await requestToken(server, app);
    if (decodeProtectedHeader(answer.body.access_token).alg === alg) return answer;
  }
}

describe('a signer in a process of its own', () => {
  it.each(['ES256', 'RS256', 'EdDSA'] as const)(
    'signs access tokens with %s that verify offline',
    async (signingAlg) => {
      const api = await anApi(storage.database, { signingAlg });
      const app = await aClient(storage.database, {
        type: 'machine',
        subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
      });
      await keyIsKnown(signingAlg);
      const { body } = await tokenSignedBy(signingAlg, app);
      const jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
      const { protectedHeader } = await jwtVerify(body.access_token, jwks, { audience: api.identifier });
      expect(protectedHeader.alg).toBe(signingAlg);
      const sealed = await storage.database.db.selectFrom('signing_keys').select('sealed_private_jwk').execute();
      expect(new Set(sealed.map((key) => key.sealed_private_jwk))).toEqual(new Set([null]));
    },
  );

  it('may be gone: requests get a 503 and can be tried again, and no refresh token is lost', async () => {
    const [app, ada] = [await aClient(storage.database, { type: 'web' }), await aPerson(storage.database)];
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    const { tokens } = await signIn(server, app, ada, { parameters });
    const refresh = () =>
      post(server, '/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }, app);

    await stopSigner();
    const refused = await refresh();
    expect([refused.status, refused.body.error]).toEqual([503, 'temporarily_unavailable']);
    expect(refused.headers.get('retry-after')).toBe('1');

    signer = await startSigner();
    expect((await refresh()).status).toBe(200);
  });

  it('may be slow: a request waits two seconds for it, and no longer', async () => {
    const api = await anApi(storage.database);
    const app = await aClient(storage.database, {
      type: 'machine',
      subscriptions: [{ api: api.identifier, scopes: ['reports:read'] }],
    });
    await stopSigner();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(socket, resolve));
    const { status, body } = await requestToken(server, app);
    expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    signer = await startSigner();
    expect((await requestToken(server, app)).status).toBe(200);
  });
});
