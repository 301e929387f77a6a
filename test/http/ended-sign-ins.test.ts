import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { deletePerson } from '../../src/accounts/delete-person.ts';
import { changePassword, disableAccount, enableAccount, endSessions } from '../../src/accounts/lifecycle.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement } from '../support/statements.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
beforeAll(async () => {
  server = await startTestServer();
  app = await aClient(server.database, { type: 'web' });
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

type Ada = Awaited<ReturnType<typeof aPerson>>;

/** What ends every session of a person, most of whom can sign in again afterwards. */
const endings: [string, (ada: Ada) => Promise<unknown>][] = [
  [
    'the password is changed',
    ({ account }) =>
      changePassword(
        server.database.db,
        { accountId: account.id, password: 'another long password' },
        { ...byOperator() },
      ),
  ],
  ['they are signed out everywhere', ({ account }) => endSessions(server.database.db, account.id, byOperator())],
  [
    'they are disabled for a while',
    async ({ account }) => {
      await disableAccount(server.database.db, { accountId: account.id, reason: 'test' }, byOperator());
      await enableAccount(server.database.db, account.id, byOperator());
    },
  ],
  ['they are deleted', ({ account }) => deletePerson(server.database.db, account.id, byOperator())],
];

/** Sends the right password, and does not go where that leads. */
async function sendPassword(browser: Person, ada: Ada) {
  const page = await browser.visit(authorizationUrl(server, app));
  const [, action = ''] = page.text.match(/action="([^"]*\/sign-in)"/) ?? [];
  const [, csrf = ''] = page.text.match(/name="csrf" value="([^"]*)"/) ?? [];
  const response = await browser.request(action, { form: { email: ada.email, password: ada.password, csrf } });
  return { status: response.status, location: response.headers.get('location') };
}

describe.each(endings)('a sign-in that is not through when %s', (what, happens) => {
  it('comes to nothing when its password was right before', async () => {
    const ada = await aPerson(server.database);
    const browser = new Person(server.issuer);
    const { location } = await sendPassword(browser, ada);
    await happens(ada);
    const page = await browser.visit(location ?? '');
    expect([page.response.status, page.leftTo]).toEqual([400, undefined]);
    expect((await browser.visit(authorizationUrl(server, app))).text).toContain('name="password"');
  });

  it('comes to nothing when its password is just being looked at', async () => {
    if (what.includes('everywhere')) return;
    const ada = await aPerson(server.database);
    const browser = new Person(server.issuer);
    afterStatement('from "accounts"', () => happens(ada));
    expect((await sendPassword(browser, ada)).status).toBe(400);
    expect((await browser.visit(authorizationUrl(server, app))).text).toContain('name="password"');
  });
});
