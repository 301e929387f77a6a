import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { controlSocketPath } from '../../src/cli/control-socket.ts';
import { openEmbedded } from '../../src/db/connections/embedded.ts';
import { requestToken } from '../support/tokens.ts';
import { type AppAnswer, credentialsOf, type SecretAnswer } from './answers.ts';
import { answerOf, latchkey, type ServerProcess, startServerProcess, temporaryFolder } from './processes.ts';

const API = 'https://reports.example.org';
const aPerson = (email: string) => ['user', 'create', '--email', email, '--name', 'Ada', '--password-stdin'];
const anApi = ['api', 'create', '--identifier', API, '--name', 'Reports', '--scope', 'reports:read'];
const anApp = ['app', 'create', '--name', 'Dashboard', '--type', 'machine', '--api', API];

let folder: ReturnType<typeof temporaryFolder>;
let server: ServerProcess | undefined;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await server?.end();
  server = undefined;
  folder.remove();
});

describe('on the embedded database, while the server runs', () => {
  it('works: the app gets a token, a second secret works and the first stops when it is removed', async () => {
    server = await startServerProcess(folder.path);
    const env = { DATA_DIR: folder.path };
    await answerOf(env, anApi);
    const app = await answerOf<AppAnswer>(env, anApp);
    const first = credentialsOf(app);
    const added = await answerOf<SecretAnswer>(env, ['app', 'secret', 'add', app.client_id]);
    const second = { ...first, clientSecret: added.client_secret };
    expect((await requestToken(server, first)).body.scope).toBe('reports:read');
    expect((await requestToken(server, second)).status).toBe(200);

    await answerOf(env, ['app', 'secret', 'remove', app.client_id, app.secret_id ?? '']);
    expect((await requestToken(server, first)).status).toBe(401);
    expect((await requestToken(server, second)).status).toBe(200);
  });

  it('hands over what it has read: the password and the file', async () => {
    server = await startServerProcess(folder.path);
    const env = { DATA_DIR: folder.path };
    const person = await answerOf(env, aPerson('ada@example.org'), 'correct horse battery staple\n');
    expect(person).toMatchObject({ email: 'ada@example.org' });

    const { publicKey } = await generateKeyPair('ES256');
    const file = join(folder.path, 'jwks.json');
    writeFileSync(file, JSON.stringify({ keys: [await exportJWK(publicKey)] }));
    const keyed = await answerOf(env, [...anApp.slice(0, 6), '--auth-method', 'private_key_jwt', '--jwks', file]);
    expect(keyed).toMatchObject({ auth_method: 'private_key_jwt' });
  });

  it('fails as it does alone: the same exit codes, sentences and silence on stdout', async () => {
    server = await startServerProcess(folder.path);
    const env = { DATA_DIR: folder.path };
    await answerOf(env, anApi);
    expect(await latchkey(env, [...anApi, '--json'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: An API ${API} exists already.\n`,
    });
    expect(await latchkey(env, aPerson('bob@example.org'), 'short')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('at least 15 characters'),
    });
    expect(await latchkey(env, ['app', 'list', '--nope'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('works in a folder whose path is too long for a socket, and after a crash left the socket behind', async () => {
    for (const dataDir of [join(folder.path, 'data'), join(folder.path, 'long'.repeat(40))]) {
      const crashed = await startServerProcess(dataDir);
      await crashed.end('SIGKILL');
      server = await startServerProcess(dataDir);
      expect(await answerOf({ DATA_DIR: dataDir }, ['key', 'list'])).toHaveLength(2);
      expect(existsSync(controlSocketPath(dataDir))).toBe(true);
      await server.end();
      expect(existsSync(controlSocketPath(dataDir))).toBe(false);
    }
  });
});

describe('on the embedded database, while no server runs', () => {
  it('makes what the server has when it first starts', async () => {
    const env = { DATA_DIR: folder.path };
    await answerOf(env, anApi);
    const app = await answerOf<AppAnswer>(env, anApp);
    server = await startServerProcess(folder.path);
    expect((await requestToken(server, credentialsOf(app))).status).toBe(200);
  });

  it('lets two commands at once wait for each other', async () => {
    const env = { DATA_DIR: folder.path };
    await answerOf(env, ['migrate', 'up']);
    const emails = ['ada@example.org', 'bob@example.org', 'eve@example.org'];
    await Promise.all(emails.map((email) => answerOf(env, aPerson(email), 'correct horse battery staple')));
    const people = await answerOf<{ email: string }[]>(env, ['user', 'list']);
    expect(people.map(({ email }) => email).sort()).toEqual(emails);
  });

  it('does not touch a database that lacks migrations when it may not migrate it', async () => {
    const env = { DATA_DIR: folder.path, MIGRATE: 'check' };
    const { code, stdout, stderr } = await latchkey(env, ['app', 'list', '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: MIGRATE: the database lacks .*; run "npx latchkey migrate up"/);

    const pending = await answerOf<{ name: string; applied_at: string | null }[]>(env, ['migrate', 'status']);
    expect(pending.every((migration) => migration.applied_at === null)).toBe(true);
    const { applied } = await answerOf<{ applied: string[] }>(env, ['migrate', 'up']);
    expect(applied).toEqual(pending.map((migration) => migration.name));
    expect(await answerOf(env, ['app', 'list'])).toEqual([]);
  });
});

it('says who is in the way when the folder is held by a process that takes no commands', async () => {
  const database = await openEmbedded(folder.path);
  try {
    const { code, stderr } = await latchkey({ DATA_DIR: folder.path }, ['app', 'list']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: DATA_DIR: .* is in use by another process/);
  } finally {
    await database.close();
  }
});
