import { afterAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/postgres.ts';
import { latchkey, temporaryFolder, unheard } from './processes.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

describe('a command that is not understood', () => {
  it.each([
    [['nope']],
    [[]],
    [['app']],
    [['app', 'list', '--nope']],
    [['app', 'list', 'extra']],
    [['api', 'create', '--name', 'Reports']],
    [['api', 'create', '--identifier', 'https://a.example.com', '--name', 'A', '--token-lifetime', 'long']],
    [['app', 'create', '--name', 'A', '--type', 'toaster']],
    [['app', 'create', '--name', 'A', '--type', 'machine', '--scope', 'read']],
    [['app', 'secret', 'remove', 'app_1']],
    [['user', 'create', '--email', 'a@example.com', '--name', 'A']],
  ])('ends with 2, says so on stderr and needs no database: %j', async (args) => {
    const { code, stdout, stderr } = await latchkey({ DATA_DIR: folder.path, DATABASE_URL: 'not an address' }, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toContain('DATABASE_URL:');
    expect(stderr).toMatch(/^(error|Usage): /);
  });

  it('is helped by --help, which tells how scopes are written', async () => {
    const { code, stdout, stderr } = await latchkey({}, ['api', 'create', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('A --scope is NAME or NAME:DESCRIPTION');
  });
});

describe('surroundings that do not work', () => {
  it('ends with 1 and one line for a configuration that cannot be used', async () => {
    const { code, stdout, stderr } = await latchkey({ NODE_ENV: 'production' }, ['api', 'list', '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: ISSUER: is required in production.*\n$/);
  });

  it('ends with 1 and one line when PostgreSQL does not answer', async () => {
    const DATABASE_URL = `postgres://latchkey@127.0.0.1:${await freePort()}/latchkey`;
    const { code, stdout, stderr } = await latchkey({ DATABASE_URL }, ['api', 'list', '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: DATABASE_URL: cannot be reached \(.*ECONNREFUSED.*\n$/);
  });
});

it('ends in silence when its reader has gone, as behind `head`', async () => {
  expect(await unheard({}, ['schema'])).toEqual({ code: 0, stderr: '' });
});
