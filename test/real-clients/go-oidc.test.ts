import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Program, run, startProgram } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { type Deployment, deploy, TRUST } from './deployment.ts';

let server: Deployment;
let program: Program | undefined;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-go-'));
  server = await deploy();
  // Debian's Go has Debian's libraries in a GOPATH (golang-github-coreos-go-oidc-dev, golang-golang-x-oauth2-dev).
  const env = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(folder, 'cache') };
  const build = await run('go', ['build', '-o', join(folder, 'app'), './test/real-clients/programs/go-oidc'], env);
  expect(build).toEqual({ code: 0, stdout: '', stderr: '' });
});
afterEach(() => program?.stop());
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  expect(await server?.stop()).toEqual([]);
});

async function signIn(type: 'web' | 'native') {
  const port = await freePort();
  const app = `http://localhost:${port}`;
  const redirectUris = [`${app}/callback`];
  const client = await server.register({
    type,
    redirectUris,
    ...(type === 'web' ? { pkce: 'optional' } : {}),
  });
  program = startProgram(join(folder, 'app'), [], {
    ...TRUST,
    PORT: String(port),
    ISSUER: server.issuer,
    CLIENT_ID: client.clientId,
    CLIENT_SECRET: client.clientSecret,
  });
  await program.says(/ready/);
  const ada = await aPerson(server.database);
  const browser = new Person(app);
  const asked = await browser.visit('/login');
  const callback = await new Person(server.issuer).authorize(asked.leftTo?.href ?? '', ada);
  const { text } = await browser.visit(callback.href);
  const person = { sub: ada.account.id, name: 'Ada Lovelace', email: ada.email, email_verified: true };
  return { text, person, clientId: client.clientId };
}

describe('go-oidc and golang.org/x/oauth2', () => {
  it('signs a person in with a secret, asks UserInfo and refreshes', async () => {
    const { text, person } = await signIn('web');
    expect(text).toMatch(/^\{/);
    expect(JSON.parse(text)).toMatchObject({ Claims: person, UserInfo: person, Renewed: true });
  });

  it('does so without a secret, as a program on somebody’s machine', async () => {
    const { text, person } = await signIn('native');
    expect(text).toMatch(/^\{/);
    expect(JSON.parse(text)).toMatchObject({ Claims: person, UserInfo: person, Renewed: true });
  });
});
