import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Program, run, startProgram } from '../examples/program.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { certificate } from '../support/proxies.ts';
import { type Deployment, deploy } from './deployment.ts';

let server: Deployment;
let agent: Program;
let generating: Program | undefined;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-oidc-agent-'));
  const socket = join(folder, 'socket');
  env = { HOME: folder, OIDC_CONFIG_DIR: folder, OIDC_SOCK: socket, OIDC_ENCRYPTION_PW: 'of the stored configuration' };
  server = await deploy();
  // What it prints, it prints at its end; what it logs comes at once.
  agent = startProgram('oidc-agent', ['--console', '--log-stderr', '--debug', '--bind_address', socket], env);
  await agent.says(/DEBUG/);
});
afterAll(async () => {
  await generating?.stop();
  await agent?.stop();
  rmSync(folder, { recursive: true, force: true });
  // The look of this spec at a token that was revoked.
  expect(await server?.stop()).toEqual(['GET /me 401']);
});

/** What a person types on a machine with this issuer and app; a public app has no secret. */
const generate = (clientId: string, ...args: string[]) =>
  startProgram(
    'oidc-gen',
    [
      'latchkey',
      '--manual',
      ...['--issuer', server.issuer, '--client-id', clientId, '--client-secret', ''],
      ...['--scope', 'openid profile email offline_access', '--cert-path', certificate],
      ...['--no-url-call', '--prompt=none', '--confirm-default', '--pw-env', ...args],
    ],
    env,
  );

async function accessToken(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('oidc-token', [...args, 'latchkey'], env);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim();
}

const userInfo = async (token: string) => {
  const response = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  return [response.status, response.ok ? await response.json() : undefined];
};

describe('oidc-agent', () => {
  it('signs a person in on their machine, hands out tokens, refreshes, and revokes when it is told to forget', async () => {
    const ada = await aPerson(server.database);
    const redirectUri = `http://localhost:${await freePort()}`;
    const { clientId } = await server.register({ type: 'native', redirectUris: [redirectUri] });
    generating = generate(clientId, '--flow=code', '--redirect-uri', redirectUri);
    const [url] = await generating.says(/https:\S+\/auth\?\S+/);
    const callback = await new Person(server.issuer).authorize(url, ada);
    expect(await (await fetch(callback)).text()).toContain('Successfully performed code exchange');
    await generating.says(/Everything setup correctly/);

    const first = await accessToken();
    const person = { sub: ada.account.id, name: 'Ada Lovelace', email: ada.email, email_verified: true };
    expect(await userInfo(first)).toEqual([200, expect.objectContaining(person)]);
    // It has to be good for a day, so the agent gets another one.
    const second = await accessToken('--time', '86400');
    expect(second).not.toBe(first);

    const forgotten = await run('oidc-gen', ['--delete', '--confirm-yes', '--pw-env', 'latchkey'], env);
    expect(forgotten).toMatchObject({ code: 0, stderr: '' });
    expect(await userInfo(second)).toEqual([401, undefined]);
  });
});
