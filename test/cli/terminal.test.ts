import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { aPerson } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Environment, latchkey } from './processes.ts';

const command = fileURLToPath(new URL('../../src/cli/latchkey.ts', import.meta.url));

let server: TestServer;
let env: Environment;

beforeAll(async () => {
  server = await startTestServer();
  env = { TMPDIR: tmpdir(), DATABASE_URL: server.databaseUrl ?? '', ISSUER: server.issuer };
});
afterAll(() => server.stop());

/**
 * Types lines at a terminal (a pty, by `script` of util-linux), each when the screen has asked for it.
 * @returns everything that stood on the screen, and the exit code
 */
async function type(args: readonly string[], typed: readonly [question: string, line: string][]) {
  const words = [process.execPath, command, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', words, '/dev/null'], { env: { PATH: process.env.PATH ?? '', ...env } });
  let screen = '';
  const answers = [...typed];
  const look = (chunk: Buffer) => {
    screen += chunk;
    const [next] = answers;
    if (!next || !screen.endsWith(`${next[0]}: `)) return;
    answers.shift();
    child.stdin.write(next[1]);
  };
  child.stdout.on('data', look);
  return { code: await endOf(child), screen };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

const enter = (line: string) => `${line}\r`;
const password = 'orchid-velvet-canyon-84';

describe('a password that is typed at a terminal', () => {
  const create = (email: string) => ['user', 'create', '--email', email, '--name', 'Ada', '--password-stdin'];

  it('is asked for twice, is not shown, and signs in', async () => {
    const [email, again] = ['ada@terminal.example', 'Password of ada@terminal.example again'];
    const { code, screen } = await type(create(email), [
      ['Password of ada@terminal.example', enter(password)],
      [again, enter(password)],
    ]);

    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining(`Created ${email}`) });
    expect(screen).not.toContain(password.slice(0, 6));
    expect(await checkPassword(server.database.db, email, password)).toMatchObject({ ok: true });
  });

  it('is not taken when the second one differs', async () => {
    const email = 'bob@terminal.example';
    const { code, screen } = await type(create(email), [
      [`Password of ${email}`, enter(password)],
      [`Password of ${email} again`, enter(`${password}5`)],
    ]);

    expect(code).toBe(1);
    expect(screen).toContain('error: the two are not the same, so nothing was done');
    expect((await latchkey(env, ['user', 'show', email])).code).toBe(1);
  });

  it.each([
    ['Enter alone', enter('')],
    ['Ctrl-D', '\u0004'],
  ])('is not %s', async (_what, line) => {
    const { code, screen } = await type(create('carl@terminal.example'), [['Password of carl@terminal.example', line]]);

    expect({ code, screen }).toEqual({ code: 1, screen: expect.stringContaining('error: nothing was typed') });
  });

  it('ends with Ctrl-C as other programs do', async () => {
    const { code } = await type(create('dora@terminal.example'), [['Password of dora@terminal.example', '\u0003']]);

    expect(code).toBe(128 + 2);
  });

  it('is asked for by set-password too', async () => {
    const { email } = await aPerson(server.database);
    const { code, screen } = await type(
      ['user', 'set-password', email, '--password-stdin'],
      [
        [`New password of ${email}`, enter(password)],
        [`New password of ${email} again`, enter(password)],
      ],
    );

    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Set a new password') });
    expect(screen).not.toContain(password.slice(0, 6));
  });
});

it('asks once for the secret of an app, which is there already', async () => {
  const options = ['--issuer', server.issuer, '--client-id', 'app_nobody', '--api', 'https://a.example.com'];
  const { screen } = await type(
    ['demo', 'client-credentials', ...options, '--secret-stdin'],
    [['Secret', enter('lks_of-nobody')]],
  );

  expect(screen).toContain('invalid_client');
  expect(screen).not.toMatch(/lks_of-nobody|Secret again/);
});

it('takes a password from a pipe as it always did', async () => {
  const email = 'pipe@terminal.example';
  const args = ['user', 'create', '--email', email, '--name', 'Pipe', '--password-stdin'];

  expect(await latchkey(env, args, `${password}\n`)).toMatchObject({ code: 0, stderr: '' });
});
