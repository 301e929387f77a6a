import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rotateKey } from '../../src/keys/rotation.ts';
import { createSigners } from '../../src/keys/signers/signers.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { obtainCode } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post, requestToken } from '../support/tokens.ts';
import { keyCommands } from './key-commands.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;

async function anApp() {
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  return aClient(server.database, { type: 'machine', subscriptions });
}

const get = async (path: string) => {
  const response = await fetch(server.issuer + path, { headers: { accept: 'application/json' } });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};

describe('a key that signs, after', () => {
  const keys = () => keyCommands(server);
  beforeEach(async () => {
    server = await startTestServer();
    app = await anApp();
    controlTime();
  });
  afterEach(async () => {
    releaseTime();
    await server.stop();
  });

  it.each(['ES256', 'RS256'] as const)('the %s key that waits is revoked: the old one goes on', async (alg) => {
    const before = await keys().active(alg);
    const { kid } = await keys().rotate(alg);
    await keys().revoke(kid);
    travel(7200);
    await server.app.keyring.reload();
    expect(server.app.keyring.active(alg).kid).toBe(before);
    expect((await requestToken(server, app)).status).toBe(200);
  });

  it('the newer of two that wait is revoked, or the older', async () => {
    for (const which of [0, 1]) {
      const made = [await keys().rotate('ES256'), await keys().rotate('ES256')];
      await keys().revoke(made[which]?.kid ?? '');
      travel(7200);
      await server.app.keyring.reload();
      expect(server.app.keyring.active('ES256').kid).toBe(made[1 - which]?.kid);
    }
  });

  it('the one that signs is revoked while another waits: that one signs at once', async () => {
    const { kid } = await keys().rotate('ES256');
    expect(await keys().revoke(await keys().active('ES256'))).toMatchObject({ successor: kid });
    expect(await keys().active('ES256')).toBe(kid);
  });

  it('all are revoked', async () => {
    await keys().rotate('ES256');
    for (let left = 2; left > 0; left -= 1) await keys().revoke(await keys().active('ES256'));
    await server.app.keyring.reload();
    expect((await requestToken(server, app)).status).toBe(200);
  });

  it('two commands come at once', async () => {
    const [active, { kid }] = [await keys().active('ES256'), await keys().rotate('ES256')];
    await Promise.all([
      keys().revoke(active),
      keys().revoke(kid),
      keys().rotate('ES256'),
      server.app.keyring.maintain(),
    ]);
    await keys().active('ES256');
  });

  it('the server was off for a year: the old one signs until verifiers had time to see the next', async () => {
    const before = await keys().active('ES256');
    travel(366 * 86_400);
    await server.app.keyring.maintain();
    expect(await keys().active('ES256')).toBe(before);
    travel(7200);
    expect(await keys().active('ES256')).not.toBe(before);
  });

  it('the signer that would make the next one is away: the leaked one is gone, and a server makes the next', async () => {
    const leaked = await keys().active('ES256');
    const signer = createSigners([], '/nowhere/signer.sock')[0];
    expect(await keyCommands(server, signer).revoke(leaked)).toMatchObject({ successor: undefined });
    await server.app.keyring.maintain();
    expect(await keys().active('ES256')).not.toBe(leaked);
    const away = { db: server.database.db, signer, policy: keys().policy };
    await expect(rotateKey(away, 'ES256', { actor: { type: 'operator' }, now: new Date() })).rejects.toThrow();
  });
});

describe('while no key signs', () => {
  let other: TestServer;
  beforeAll(async () => {
    other = await startTestServer();
    server = await startTestServer({ beside: other, env: { SIGNER: 'unix:/nowhere/signer.sock' } });
    app = await anApp();
    // Nobody is left who could make keys, and those that there were are lost.
    await other.app.end();
    await server.database.db.deleteFrom('signing_keys').execute();
    await server.app.keyring.reload();
  });
  afterAll(async () => {
    await server.stop();
    await other.stop();
  });

  it('the feed and its stream answer 503, and the server goes on', async () => {
    for (const path of ['/revocations', '/revocations/stream', '/revocations']) {
      const { status, headers, body } = await get(path);
      expect([status, body.error, headers.get('retry-after')]).toEqual([503, 'temporarily_unavailable', '1']);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  it('tokens answer 503 and not that the app is wrong', async () => {
    for (const form of [{}, { scope: 'reports:read' }] as Record<string, string>[]) {
      const { status, headers, body } = await requestToken(server, app, form);
      expect([status, body.error, headers.get('retry-after')]).toEqual([503, 'temporarily_unavailable', '1']);
    }
  });

  it('what needs no signature answers: keys, metadata, introspection, health', async () => {
    expect(await get('/jwks')).toMatchObject({ status: 200, body: { keys: [] } });
    const { body } = await get('/.well-known/openid-configuration');
    expect(body).toMatchObject({ id_token_signing_alg_values_supported: ['ES256', 'RS256'] });
    const introspected = await post(server, '/token/introspection', { token: 'a.b.c' }, app);
    expect([introspected.status, introspected.text]).toEqual([200, '{"active":false}']);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('a code is not used up by it', async () => {
    const [web, ada] = [await aClient(server.database, { type: 'web' }), await aPerson(server.database)];
    const { form } = await obtainCode(server, web, ada);
    const exchange = () => post(server, '/token', form, web);
    const refused = await exchange();
    expect([refused.status, refused.body.error]).toEqual([503, 'temporarily_unavailable']);
    await keyCommands(server).maintain();
    await server.app.keyring.reload();
    expect((await exchange()).status).toBe(200);
  });
});
