import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { databaseSettings } from '../support/database.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post, requestToken } from '../support/tokens.ts';
import { answerOf, type Environment, latchkey, temporaryFolder } from './processes.ts';

const folder = temporaryFolder();
let server: TestServer;
let env: Environment;
let api: Awaited<ReturnType<typeof anApi>>;

interface Key {
  kid: string;
  alg: string;
  stage: string;
}

beforeAll(async () => {
  server = await startTestServer();
  const [master] = server.secrets.masterKeys;
  env = {
    ...databaseSettings,
    DATABASE_URL: server.databaseUrl ?? '',
    DATA_DIR: join(folder.path, 'data'),
    MASTER_KEYS: `${master?.id}:${master?.key.toString('base64')}`,
    COOKIE_KEYS: server.secrets.cookieKeys.join(),
  };
  api = await anApi(server.database);
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const subscriptions = () => [{ api: api.identifier, scopes: ['reports:read'] }];
const aMachine = () => aClient(server.database, { type: 'machine', subscriptions: subscriptions() });
const keys = () => answerOf<Key[]>(env, ['key', 'list']);

/** Until the server has heard of what another process did. */
async function eventually<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 60_000; ; ) {
    const value = await read();
    if (isDone(value) || Date.now() > deadline) return value;
  }
}

describe('latchkey key', () => {
  it('lists each key with its stage and never a private part', async () => {
    const list = await keys();
    expect(list.map((key) => `${key.alg} ${key.stage}`).sort()).toEqual(['ES256 active', 'RS256 active']);
    expect(JSON.stringify(list)).not.toMatch(/"d"|sealed/);
    expect((await latchkey(env, ['key', 'list'])).stdout).toMatch(/ES256 +active/);
  });

  it('rotates: the next key waits in the JWKS', async () => {
    const [made] = await answerOf<Key[]>(env, ['key', 'rotate', '--alg', 'ES256']);
    expect(await keys()).toContainEqual(expect.objectContaining({ kid: made?.kid, stage: 'pending' }));
    const published = await eventually(
      async () => ((await (await fetch(`${server.issuer}/jwks`)).json()) as { keys: Key[] }).keys.map((key) => key.kid),
      (kids) => kids.includes(made?.kid ?? ''),
    );
    expect(published).toContain(made?.kid);
  });

  it.each([
    ['none', {}, /^error: DATA_DIR: has no [^\n]*secrets\.json, [^\n]*or set MASTER_KEYS\n$/],
    [
      'others',
      { MASTER_KEYS: `else:${randomBytes(32).toString('base64')}` },
      /^error: MASTER_KEYS: key "[^"]+" is missing, [^\n]*\n$/,
    ],
  ])('makes no key that the server could not open: with %s of its master keys', async (_which, given, why) => {
    const { MASTER_KEYS, ...rest } = env;
    const before = await keys();
    const [active] = before.filter(({ alg, stage }) => alg === 'RS256' && stage === 'active');
    const stderr = expect.stringMatching(why);
    for (const args of [['rotate'], ['revoke', active?.kid ?? '', '--reason', 'compromised']]) {
      expect(await latchkey({ ...rest, ...given }, ['key', ...args])).toMatchObject({ code: 1, stdout: '', stderr });
    }
    expect(await keys()).toEqual(before);
  });

  it('revokes: says what stops working, and another key signs', async () => {
    const app = await aMachine();
    const old = decodeProtectedHeader((await requestToken(server, app)).body.access_token).kid ?? '';
    const { code, stdout } = await latchkey(env, ['key', 'revoke', old, '--reason', 'compromised']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/stops working/);
    const kid = await eventually(
      async () => decodeProtectedHeader((await requestToken(server, app)).body.access_token).kid,
      (current) => current !== old,
    );
    expect(kid).not.toBe(old);
    const again = await latchkey(env, ['key', 'revoke', old, '--reason', 'compromised']);
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('revoked already') });
    expect((await latchkey(env, ['key', 'revoke', 'nothing', '--reason', 'x'])).code).toBe(1);
    expect((await latchkey(env, ['key', 'revoke', old])).code).toBe(2);
  });
});

describe('latchkey master-key', () => {
  it('seals everything anew under the first of the list', async () => {
    const next = `next:${randomBytes(32).toString('base64')}`;
    const result = await answerOf({ ...env, MASTER_KEYS: `${next},${env.MASTER_KEYS}` }, ['master-key', 'rotate']);
    expect(result).toMatchObject({ master_key_id: 'next' });
    const sealed = await server.database.db.selectFrom('signing_keys').select('sealed_private_jwk').execute();
    expect(sealed.every((key) => key.sealed_private_jwk?.startsWith('next.'))).toBe(true);
  });
});

describe('latchkey app', () => {
  it('disables and enables', async () => {
    const app = await aMachine();
    await requestToken(server, app);
    await answerOf(env, ['app', 'disable', app.clientId, '--reason', 'test']);
    const status = async () => (await requestToken(server, app)).status;
    expect(await eventually(status, (code) => code === 401)).toBe(401);
    await answerOf(env, ['app', 'enable', app.clientId]);
    expect(await eventually(status, (code) => code === 200)).toBe(200);
    expect((await latchkey(env, ['app', 'disable', 'app_none', '--reason', 'x'])).code).toBe(1);
  });

  it('takes an API from an app', async () => {
    const app = await aMachine();
    await answerOf(env, ['app', 'unsubscribe', app.clientId, '--api', api.identifier]);
    const error = async () => (await requestToken(server, app, { resource: api.identifier })).body.error;
    expect(await eventually(error, (code) => code === 'invalid_target')).toBe('invalid_target');
  });
});

describe('latchkey api', () => {
  it("lets a resource server introspect its API's tokens", async () => {
    const [app, resourceServer] = [await aMachine(), await aMachine()];
    const { access_token: token } = (await requestToken(server, app)).body;
    const introspect = async () => (await post(server, '/token/introspection', { token }, resourceServer)).body;
    expect(await introspect()).toEqual({ active: false });
    await answerOf(env, ['api', 'allow-introspection', api.identifier, resourceServer.clientId]);
    expect(await introspect()).toMatchObject({ active: true, client_id: app.clientId });
    expect(await answerOf(env, ['api', 'introspectors', api.identifier])).toMatchObject([
      { id: resourceServer.clientId },
    ]);
    await answerOf(env, ['api', 'end-introspection', api.identifier, resourceServer.clientId]);
    expect(await eventually(introspect, (body) => !('client_id' in body))).toEqual({ active: false });
  });
});

describe('latchkey user', () => {
  it('disables, enables and disconnects by email address', async () => {
    const [web, ada] = [await aClient(server.database, { type: 'web' }), await aPerson(server.database)];
    const { tokens } = await signIn(server, web, ada, {
      parameters: { scope: 'openid offline_access', prompt: 'consent' },
    });
    await answerOf(env, ['user', 'disconnect', ada.email, '--app', web.clientId]);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await post(server, '/token', form, web)).body.error).toBe('invalid_grant');

    await answerOf(env, ['user', 'disable', ada.email, '--reason', 'left']);
    expect(await checkPassword(server.database.db, ada.email, ada.password)).toMatchObject({ reason: 'disabled' });
    await answerOf(env, ['user', 'enable', ada.email]);
    expect(await checkPassword(server.database.db, ada.email, ada.password)).toMatchObject({ ok: true });
  });

  it('sets a password from stdin, by the rules', async () => {
    const ada = await aPerson(server.database);
    const setPassword = (password: string) =>
      latchkey(env, ['user', 'set-password', ada.email, '--password-stdin'], `${password}\n`);
    expect((await setPassword('another horse battery staple')).code).toBe(0);
    const verdict = await checkPassword(server.database.db, ada.email, 'another horse battery staple');
    expect(verdict.ok).toBe(true);
    expect(await setPassword('short')).toMatchObject({ code: 1, stderr: expect.stringContaining('15 characters') });
  });
});
