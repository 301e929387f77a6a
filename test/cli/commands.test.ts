import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';
import { type AppAnswer, credentialsOf, type SecretAnswer } from './answers.ts';
import { answerOf, type Environment, latchkey, temporaryFolder } from './processes.ts';

const PASSWORD = 'correct horse battery staple';
const folder = temporaryFolder();
let server: TestServer;
let env: Environment;

beforeAll(async () => {
  server = await startTestServer();
  env = { DATABASE_URL: server.databaseUrl ?? '', DATA_DIR: join(folder.path, 'data') };
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** An API with the scopes `reports:read` and `reports:write`. */
async function anApi(): Promise<string> {
  const identifier = `https://api-${randomBytes(4).toString('hex')}.example.com`;
  const scopes = ['--scope', 'reports:read:Read reports', '--scope', 'reports:write'];
  await answerOf(env, ['api', 'create', '--identifier', identifier, '--name', 'Reports', ...scopes]);
  return identifier;
}

const aMachineApp = (...args: string[]) =>
  answerOf<AppAnswer>(env, ['app', 'create', '--name', 'Dashboard', '--type', 'machine', ...args]);

describe('latchkey api', () => {
  it('creates an API and lists it', async () => {
    const identifier = 'https://created.example.com';
    const options = ['--token-lifetime', '120', '--alg', 'RS256', '--scope', 'reports:read:Read reports'];
    const created = await answerOf(env, ['api', 'create', '--identifier', identifier, '--name', 'Reports', ...options]);

    expect(created).toMatchObject({
      identifier,
      name: 'Reports',
      token_lifetime: 120,
      signing_alg: 'RS256',
      scopes: [{ name: 'reports:read', description: 'Read reports' }],
    });
    const { visible_teams, signing_alg_now, signing_alg_from, ...listed } = created as Record<string, unknown>;
    expect([visible_teams, signing_alg_now, signing_alg_from]).toEqual([[], 'RS256', null]);
    expect(await answerOf(env, ['api', 'list'])).toContainEqual({ ...listed, subscribers: 0, last_used_at: null });
    expect((await latchkey(env, ['api', 'list'])).stdout).toMatch(/https:\/\/created\.example\.com +Reports +120 s/);
  });

  it('ends with 1 and a sentence when the identifier is taken', async () => {
    const identifier = await anApi();
    const second = await latchkey(env, ['api', 'create', '--identifier', identifier, '--name', 'Again', '--json']);
    expect(second).toEqual({ code: 1, stdout: '', stderr: `error: An API ${identifier} exists already.\n` });
  });

  it('ends with 1 and names each option whose value the rules refuse', async () => {
    const wrong = ['--identifier', 'reports', '--token-lifetime', '5', '--scope', 'read', '--scope', 'openid'];
    const { code, stdout, stderr } = await latchkey(env, ['api', 'create', '--name', 'Reports', ...wrong, '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: --identifier: An identifier is an absolute URI/m);
    expect(stderr).toMatch(/^error: --scope \(number 2\): This is a scope of OpenID Connect/m);
    expect(stderr).toMatch(/^error: --token-lifetime: /m);
  });
});

describe('latchkey app', () => {
  it('creates an app that gets a token at the running server at once', async () => {
    const api = await anApi();
    const app = await aMachineApp('--api', api, '--scope', 'reports:read');
    const { status, body } = await requestToken(server, credentialsOf(app), { resource: api });
    expect({ status, scope: body.scope }).toEqual({ status: 200, scope: 'reports:read' });
  });

  it('allows all scopes of an API that is named without any', async () => {
    const api = await anApi();
    expect(await aMachineApp('--api', api)).toMatchObject({
      apis: [{ identifier: api, scopes: ['reports:read', 'reports:write'] }],
    });
  });

  it('gives each scope to the API before it, and the default API to requests that name none', async () => {
    const [first, second] = [await anApi(), await anApi()];
    const access = ['--api', first, '--scope', 'reports:read', '--api', second, '--scope', 'reports:write'];
    const app = await aMachineApp(...access, '--default-api', second);
    expect(app).toMatchObject({ default_api: second });

    const { body } = await requestToken(server, credentialsOf(app));
    expect(body.scope).toBe('reports:write');
    const other = await requestToken(server, credentialsOf(app), { resource: first });
    expect(other.body.scope).toBe('reports:read');
  });

  it('creates a web app with all of its options', async () => {
    const uris = ['--redirect-uri', 'https://a.example.com/cb', '--redirect-uri', 'https://b.example.com/cb'];
    const leaving = ['--post-logout-redirect-uri', 'https://a.example.com/'];
    const rules = ['--refresh-retry-seconds', '30', '--id-token-alg', 'RS256', '--pkce', 'pkce_or_nonce'];
    const app = await answerOf<AppAnswer>(env, [
      ...['app', 'create', '--name', 'Web', '--type', 'web', '--auth-method', 'client_secret_post', '--require-par'],
      ...uris,
      ...leaving,
      ...rules,
    ]);
    expect(app).toMatchObject({
      name: 'Web',
      type: 'web',
      auth_method: 'client_secret_post',
      redirect_uris: ['https://a.example.com/cb', 'https://b.example.com/cb'],
      post_logout_redirect_uris: ['https://a.example.com/'],
      refresh_retry_seconds: 30,
      id_token_alg: 'RS256',
      pkce: 'pkce_or_nonce',
      require_par: true,
      client_secret: expect.stringMatching(/^lks_/),
    });
    const { client_secret, secret_id, apis: _, ...listed } = app as AppAnswer & { apis: unknown };
    expect(await answerOf(env, ['app', 'list'])).toContainEqual({ ...listed, last_used_at: null });
  });

  it('creates apps without a secret: public ones, and those with keys of their own', async () => {
    const spa = ['--type', 'spa', '--redirect-uri', 'https://spa.example.com/cb'];
    const publicApp = await answerOf(env, ['app', 'create', '--name', 'SPA', ...spa]);
    expect(publicApp).toMatchObject({ auth_method: 'none' });
    expect(publicApp).not.toHaveProperty('client_secret');

    const { publicKey } = await generateKeyPair('ES256');
    const file = join(folder.path, 'jwks.json');
    writeFileSync(file, JSON.stringify({ keys: [await exportJWK(publicKey)] }));
    const keyed = await aMachineApp('--auth-method', 'private_key_jwt', '--jwks', file);
    expect(keyed).toMatchObject({ auth_method: 'private_key_jwt' });
    expect(keyed).not.toHaveProperty('client_secret');
  });

  it('shows the secret to a person once, and never in the list', async () => {
    const { code, stdout } = await latchkey(env, ['app', 'create', '--name', 'Readable', '--type', 'machine']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}client_secret {2}lks_\S{43}$/m);
    const list = await latchkey(env, ['app', 'list']);
    expect(list.stdout).toContain('Readable');
    expect(list.stdout).not.toContain('lks_');
  });

  it.each([
    [['--type', 'machine', '--api', 'https://unknown.example.com'], 'There is no API https://unknown.example.com.'],
    [['--type', 'web'], 'Give at least one redirect URI'],
    [['--type', 'web', '--redirect-uri', 'http://app.example.com/cb'], 'must use https'],
    [['--type', 'machine', '--auth-method', 'private_key_jwt', '--jwks', '/nowhere.json'], 'cannot be read'],
  ])('ends with 1 for %j', async (args, sentence) => {
    const { code, stdout, stderr } = await latchkey(env, ['app', 'create', '--name', 'Wrong', ...args, '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(sentence);
  });
});

describe('latchkey app secret', () => {
  it('adds a second secret that works beside the first, and removes the first at once', async () => {
    const api = await anApi();
    const app = await aMachineApp('--api', api);
    const added = await answerOf<SecretAnswer>(env, ['app', 'secret', 'add', app.client_id, '--name', 'July']);
    const first = credentialsOf(app);
    const second = { ...first, clientSecret: added.client_secret };
    expect((await requestToken(server, first)).status).toBe(200);
    expect((await requestToken(server, second)).status).toBe(200);

    const list = await answerOf(env, ['app', 'secret', 'list', app.client_id]);
    expect(list).toMatchObject([{ secret_id: app.secret_id }, { secret_id: added.secret_id, name: 'July' }]);
    expect(JSON.stringify(list)).not.toContain('lks_');

    await answerOf(env, ['app', 'secret', 'remove', app.client_id, app.secret_id ?? '']);
    expect((await requestToken(server, first)).status).toBe(401);
    expect((await requestToken(server, second)).status).toBe(200);
  });

  it('says when a secret expires', async () => {
    const app = await aMachineApp();
    const before = Date.now();
    const add = ['app', 'secret', 'add', app.client_id, '--expires-in-days', '30'];
    const { expires_at } = await answerOf<{ expires_at: string }>(env, add);
    expect(Date.parse(expires_at) - before).toBeGreaterThanOrEqual(30 * 86_400_000);
    expect(Date.parse(expires_at) - Date.now()).toBeLessThanOrEqual(30 * 86_400_000);
  });

  it.each([
    ['add', 'app_unknown'],
    ['list', 'app_unknown'],
    ['remove', 'app_unknown', 'sec_unknown'],
  ])('ends with 1 when the app or the secret is unknown: %s', async (...args) => {
    const { code, stdout, stderr } = await latchkey(env, ['app', 'secret', ...args, '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('app_unknown');
  });
});

describe('latchkey user', () => {
  it('creates a person whose password is what stdin said, without its line end', async () => {
    const args = ['user', 'create', '--email', 'ada@example.org', '--name', 'Ada', '--password-stdin'];
    const person = await answerOf(env, args, `${PASSWORD}\n`);
    expect(person).toMatchObject({ email: 'ada@example.org', name: 'Ada', email_verified: true, disabled_at: null });
    expect(person).toMatchObject({ platform_role: null });
    expect(await answerOf(env, ['user', 'list'])).toContainEqual({ ...(person as object), last_sign_in_at: null });
    expect(await checkPassword(server.database.db, 'ada@example.org', PASSWORD)).toMatchObject({ ok: true });

    const again = await latchkey(env, args, PASSWORD);
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('exists already') });
  });

  it('ends with 1 and the rule when the password is too short', async () => {
    const args = ['user', 'create', '--email', 'bob@example.org', '--name', 'Bob', '--password-stdin', '--json'];
    const { code, stdout, stderr } = await latchkey(env, args, 'short\n');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: password: A password needs at least 15 characters[^\n]*\n$/);
  });
});

describe('latchkey user role', () => {
  it('makes the first administrator, and changes what somebody may do beyond their teams', async () => {
    const args = ['user', 'create', '--email', 'root@example.org', '--name', 'Root', '--admin', '--password-stdin'];
    expect(await answerOf(env, args, PASSWORD)).toMatchObject({ platform_role: 'admin' });
    expect(await answerOf(env, ['user', 'role', 'root@example.org', 'auditor'])).toMatchObject({
      platform_role: 'auditor',
    });
    expect((await latchkey(env, ['user', 'list'])).stdout).toMatch(/root@example\.org.* auditor +- +active/);
    expect((await latchkey(env, ['user', 'role', 'root@example.org', 'king'])).code).toBe(2);
  });
});

describe('latchkey key and migrate', () => {
  it('lists the public parts of the signing keys', async () => {
    const keys = await answerOf<{ alg: string; public_jwk: object }[]>(env, ['key', 'list']);
    expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
    for (const { public_jwk } of keys) expect(public_jwk).not.toHaveProperty('d');
  });

  it('tells the state of the migrations', async () => {
    const status = await answerOf<{ applied_at: string | null }[]>(env, ['migrate', 'status']);
    expect(status.length).toBeGreaterThan(0);
    expect(status.every((migration) => migration.applied_at !== null)).toBe(true);
    expect(await answerOf(env, ['migrate', 'up'])).toEqual({ applied: [] });
  });
});

it('writes the operator into the audit trail', async () => {
  const app = await aMachineApp();
  const events = await server.database.db
    .selectFrom('audit_events')
    .select(['type', 'actor_type'])
    .where('client_id', '=', app.client_id)
    .orderBy('id')
    .execute();
  expect(events).toEqual([
    { type: 'client.created', actor_type: 'operator' },
    { type: 'client.secret_added', actor_type: 'operator' },
  ]);
});
