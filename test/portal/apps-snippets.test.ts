import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import type { SnippetParts } from '../../src/portal/apps/snippets/parts.ts';
import { codeSnippets, envSnippet } from '../../src/portal/apps/snippets/snippets.ts';
import type { Snippet } from '../../src/views/models/apps.ts';
import { connect } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  // Below node_modules of this project, which has openid-client.
  mkdirSync(join(root, 'test-results'), { recursive: true });
  folder = mkdtempSync(join(root, 'test-results', 'snippets-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

/** An app that may use an API whose name would trip a careless shell. */
async function anApp(authMethod: 'client_secret_basic' | 'client_secret_post') {
  const identifier = `https://api-${randomBytes(4).toString('hex')}.example.com/?a=1&b=$HOME;c=(d)`;
  await anApi(server.database, { identifier });
  const app = await aClient(server.database, {
    type: 'machine',
    authMethod,
    subscriptions: [{ api: identifier, scopes: ['reports:read'] }],
  });
  const parts = { issuer: server.issuer, client: app.client, api: identifier, secret: app.clientSecret };
  return { identifier, app, env: envSnippet(parts), snippets: codeSnippets(parts) };
}

const HOW: Record<string, { file: string; command: string }> = {
  curl: { file: 'token.sh', command: 'sh token.sh' },
  Node: { file: 'token.mjs', command: `${process.execPath} --env-file=.env token.mjs` },
  Python: { file: 'token.py', command: 'python3 token.py' },
  Go: { file: 'token.go', command: 'go run token.go' },
  Java: { file: 'Token.java', command: 'java Token.java' },
  PHP: { file: 'token.php', command: 'php token.php' },
  Ruby: { file: 'token.rb', command: 'ruby token.rb' },
};
const present = async (program: string) =>
  run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );

/** Runs a snippet as its words say, with the .env file beside it. */
async function output({ label, code }: Snippet, env: Snippet): Promise<string> {
  const { file = '', command = '' } = HOW[label] ?? {};
  writeFileSync(join(folder, '.env'), env.code);
  writeFileSync(join(folder, file), code);
  const clean = {
    PATH: process.env.PATH ?? '',
    HOME: tmpdir(),
    GOCACHE: join(tmpdir(), 'latchkey-go'),
    GOFLAGS: '-mod=mod',
  };
  const sourced = label === 'Node' ? '' : 'set -a; . ./.env; set +a; ';
  const { stdout } = await run('sh', ['-c', sourced + command], { cwd: folder, env: clean });
  return stdout.trim();
}

describe.each(['client_secret_basic', 'client_secret_post'] as const)(
  'what a machine app with %s copies and runs',
  (method) => {
    it.each(['curl', 'Node', 'Python'])('gets a token: %s', async (label) => {
      const { identifier, app, env, snippets } = await anApp(method);
      const snippet = snippets.find((one) => one.label === label);
      const said = await output(snippet as Snippet, env);
      const token = label === 'curl' ? (JSON.parse(said) as { access_token: string }).access_token : said;
      expect(decodeJwt(token)).toMatchObject({ aud: identifier, client_id: app.clientId });
    });

    it.each([
      ['Go', 'go', 'package main'],
      ['Java', 'java', 'public class Token'],
      ['PHP', 'php', '<?php'],
      ['Ruby', 'ruby', "require 'net/http'"],
    ])('gets a token: %s, where it is installed', async (label, program, beginning) => {
      const { identifier, env, snippets } = await anApp(method);
      const snippet = snippets.find((one) => one.label === label) as Snippet;
      expect(snippet.code).toContain(beginning);
      if (await present(program)) expect(decodeJwt(await output(snippet, env)).aud).toBe(identifier);
    });

    it('is told which it is that nobody has run', async () => {
      const { snippets } = await anApp(method);
      const unrun = snippets.filter(({ how }) => how.endsWith('Not run by our tests.'));
      expect(unrun.map(({ label }) => label)).toEqual(snippets.map(({ label }) => label).filter((one) => !HOW[one]));
    });
  },
);

/** An API with a scope that would end a string. */
async function anExample() {
  const scopes = ["it's:read", 'reports:read'];
  const { identifier } = await anApi(server.database, {
    scopes: scopes.map((name) => ({ name, description: `May ${name}` })),
  });
  return { api: identifier, scopes };
}

const subscribedTo = ({ api, scopes }: { api: string | undefined; scopes?: string[] }) =>
  api ? { subscriptions: [{ api, scopes: scopes ?? [] }] } : {};

const codeOf = (parts: SnippetParts, label: string) =>
  codeSnippets(parts).find((one) => one.label === label)?.code ?? '';

const tokenIn = (said: string) => decodeJwt(said.trim().split('\n').at(-1) ?? '');

describe('what others copy and run', () => {
  it('gets a token with a private key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const { identifier } = await anApi(server.database);
    const { client } = await aClient(server.database, {
      type: 'machine',
      authMethod: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'mine', alg: 'ES256' }] },
      subscriptions: [{ api: identifier, scopes: ['reports:read'] }],
    });
    const parts = { issuer: server.issuer, client, api: identifier, secret: undefined };
    writeFileSync(
      join(folder, `${client.id}-private-key.json`),
      JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'mine' }),
    );
    const [snippet] = codeSnippets(parts);
    expect(decodeJwt(await output(snippet as Snippet, envSnippet(parts))).aud).toBe(identifier);
  });

  it.each([
    ['web', ''],
    ['web', ' that may use an API'],
    ['native', ''],
  ] as const)('signs a person in to a %s app%s', async (type, withApi) => {
    const example = withApi ? await anExample() : { api: undefined };
    const { client, clientSecret } = await aClient(server.database, { type, ...subscribedTo(example) });
    const person = await aPerson(server.database);
    const parts = { issuer: server.issuer, client, ...example, secret: clientSecret };
    writeFileSync(join(folder, '.env'), envSnippet(parts).code);
    writeFileSync(join(folder, 'sign-in.mjs'), codeOf(parts, 'Node'));
    const program = spawn(process.execPath, ['--env-file=.env', 'sign-in.mjs'], { cwd: folder });
    let said = '';
    program.stdout.setEncoding('utf8');
    for await (const text of program.stdout) {
      said += text as string;
      const [, target] = /sign in: (\S+)\n/.exec(said) ?? [];
      if (!target || program.stdin.writableEnded) continue;
      const callback = await new Person(server.issuer).authorize(target, person);
      program.stdin.end(`${callback.href}\n`);
    }
    expect(said).toContain(`sub: '${person.account.id}'`);
    if (withApi) expect(tokenIn(said)).toMatchObject({ aud: example.api, scope: "it's:read reports:read" });
  });

  it('starts to connect a device by curl', async () => {
    const example = await anExample();
    const { client } = await aClient(server.database, { type: 'device', ...subscribedTo(example) });
    const code = codeOf({ issuer: server.issuer, client, ...example, secret: undefined }, 'curl');
    const { stdout } = await run('sh', ['-c', code.split('\n#')[0] ?? '']);
    expect(JSON.parse(stdout)).toMatchObject({ user_code: expect.any(String), interval: 5 });
  });

  it.each(['', ' that may use an API'])('connects a device%s', async (withApi) => {
    const example = withApi ? await anExample() : { api: undefined };
    const { client } = await aClient(server.database, { type: 'device', ...subscribedTo(example) });
    const person = await aPerson(server.database);
    const parts = { issuer: server.issuer, client, ...example, secret: undefined };
    writeFileSync(join(folder, '.env'), envSnippet(parts).code);
    writeFileSync(join(folder, 'device.mjs'), codeOf(parts, 'Node'));
    const program = spawn(process.execPath, ['--env-file=.env', 'device.mjs'], { cwd: folder });
    let said = '';
    let connected: Promise<unknown> | undefined;
    program.stdout.setEncoding('utf8');
    for await (const text of program.stdout) {
      said += text as string;
      const [, code] = /enter (\S+)\n/.exec(said) ?? [];
      if (code) connected ??= connect(new Person(server.issuer), code, person);
    }
    await connected;
    expect(said).toContain(`sub: '${person.account.id}'`);
    if (withApi) expect(tokenIn(said)).toMatchObject({ aud: example.api, scope: "it's:read reports:read" });
  });
});
