import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccount } from '../../src/accounts/accounts.ts';
import { createGroup } from '../../src/accounts/groups.ts';
import { createApi } from '../../src/apis/apis.ts';
import { createClient } from '../../src/clients/clients.ts';
import { addSecret } from '../../src/clients/secrets.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { aClient, PASSWORD } from '../support/factories.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

let made = 0;
const unique = () => {
  made += 1;
  return made;
};

/** Everything that people give a name to. */
const named: [string, (name: string) => Promise<unknown>][] = [
  [
    'a person',
    (name) => createAccount(db(), { email: `p${unique()}@example.com`, name, password: PASSWORD }, byOperator()),
  ],
  ['a team', (name) => createTeam(db(), { name }, byOperator())],
  ['a group', (name) => createGroup(db(), { name }, byOperator())],
  ['an app', (name) => createClient(db(), { name, type: 'machine' }, byOperator())],
  [
    'an API',
    (name) => createApi(db(), { name, identifier: `https://api-${unique()}.example.com`, scopes: [] }, byOperator()),
  ],
  [
    'a secret',
    async (name) => {
      const { clientId } = await aClient(server.database, { type: 'machine' });
      return addSecret(db(), { clientId, name }, byOperator());
    },
  ],
];
const db = () => server.database.db;

describe.each(named)('the name of %s', (_what, give) => {
  it.each([
    ['a line end', 'Payments\nfrom: the bank'],
    ['an escape of terminals', 'Payments\u001b[2J'],
    ['a mark that turns the text around it', 'Pay\u202estnem'],
    ['an isolate that is never closed', 'Pay\u2066ments'],
    ['a letter of no width', 'Pay\u200bments'],
    ['a separator of lines', 'Pay\u2028ments'],
    ['tags that nobody sees', 'Payments\u{e0041}'],
  ])('has not %s in it', async (_kind, name) => {
    const refused = await give(name).catch((error: unknown) => error);
    expect(refused).toMatchObject({ issues: [{ path: ['name'], message: expect.stringMatching(/^A name .*\.$/) }] });
  });

  it.each(['Ünïcödé 東京', 'نظام الدفع', 'می‌خواهم', '👩‍💻 tools', 'O’Neill & Söhne <b>'])('may be %s', async (name) => {
    await expect(give(name)).resolves.toBeDefined();
  });
});

it.each([
  ['a team', (name: string) => createTeam(db(), { name }, byOperator())],
  ['a group', (name: string) => createGroup(db(), { name }, byOperator())],
])('%s cannot have the name of another with something in it that nobody sees', async (_what, give) => {
  await give('Trusted payments');
  await expect(give('Trusted pay\u200dments')).rejects.toMatchObject({ code: 'conflict' });
});
