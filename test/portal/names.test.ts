import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccount } from '../../src/accounts/accounts.ts';
import { createApi } from '../../src/apis/apis.ts';
import { createClient } from '../../src/clients/clients.ts';
import { addSecret } from '../../src/clients/secrets/secrets.ts';
import { createGroup } from '../../src/roles/groups.ts';
import { createRole } from '../../src/roles/roles.ts';
import { createTeam } from '../../src/teams/teams.ts';
import { aClient, anApi, PASSWORD } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
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

/** What people say of things, for others to read. */
const described: [string, string, (description: string) => Promise<unknown>][] = [
  [
    'an app',
    'description',
    (description) => createClient(db(), { name: 'App', type: 'machine', description }, byOperator()),
  ],
  [
    'an API',
    'description',
    (description) =>
      createApi(
        db(),
        { name: 'API', identifier: `https://api-${unique()}.example.com`, scopes: [], description },
        byOperator(),
      ),
  ],
  [
    'a scope',
    'scopes.0.description',
    (description) =>
      createApi(
        db(),
        { name: 'API', identifier: `https://api-${unique()}.example.com`, scopes: [{ name: 'a', description }] },
        byOperator(),
      ),
  ],
  [
    'a role',
    'description',
    async (description) => {
      const api = await anApi(server.database);
      return createRole(db(), api.id, { name: 'Readers', scopes: [], description }, byOperator());
    },
  ],
];

describe.each(described)('the description of %s', (_what, path, give) => {
  it.each(['Reads\u3164reports', 'Reads\u202estroper', 'Reads\u{e0041}reports', 'Reads\u001b[2J'])(
    'is not %j',
    async (text) => {
      const refused = (await give(text).catch((error: unknown) => error)) as { issues: { path: unknown[] }[] };
      expect(refused.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    },
  );

  it('may be in any script', async () => {
    await expect(give('Liest Berichte – क्\u200dष, می\u200cخواهم ❤\ufe0f')).resolves.toBeDefined();
  });
});

it('a name that older rules let in is shown with a sign for what nobody sees in it', async () => {
  const { clientId } = await aClient(server.database, { type: 'web' });
  await db().updateTable('clients').set({ name: 'Pay\u3164\u202estnem <b>' }).where('id', '=', clientId).execute();
  const page = await new Person(server.issuer).visit(authorizationUrl(server, { clientId }));
  expect(page.text).toContain('Pay\ufffd\ufffdstnem &lt;b&gt;');
});

describe.each(named)('the name of %s', (_what, give) => {
  it.each([
    ['a line end', 'Payments\nfrom: the bank'],
    ['an escape of terminals', 'Payments\u001b[2J'],
    ['a mark that turns the text around it', 'Pay\u202estnem'],
    ['an isolate that is never closed', 'Pay\u2066ments'],
    ['a letter of no width', 'Pay\u200bments'],
    ['a separator of lines', 'Pay\u2028ments'],
    ['tags that nobody sees', 'Payments\u{e0041}'],
    ['a variation selector', 'Pay\ufe0fments'],
    ['a joiner of graphemes', 'Pay\u034fments'],
    ['a filler of Hangul', 'Pay\u3164ments'],
    ['a letter that passes for another', 'P\u0430yments'],
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
  await give('نرم\u200cافزار');
  await expect(give('نرمافزار')).rejects.toMatchObject({ code: 'conflict' });
});
