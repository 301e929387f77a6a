import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const nameOf = async (id: string) => {
  const { db } = server.database;
  const row = await db.selectFrom('accounts').select('name').where('id', '=', id).executeTakeFirstOrThrow();
  return row.name;
};

describe('the account of a person', () => {
  it('is linked from the menu of each page, and says who they are', async () => {
    const ada = await aPerson(server.database, { name: 'Ada King' });
    const visitor = await aVisitor(server, ada);
    expect((await visitor.visit('/apps')).text).toContain('<a href="/account">');
    const page = await visitor.visit('/account');
    expect(page.response.status).toBe(200);
    for (const fact of ['Ada King', ada.email, ada.account.id, 'none yet']) expect(page.text).toContain(fact);
  });

  it('takes a new name, which the trail tells of as their own doing', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const saved = await visitor.submit(await visitor.visit('/account/profile'), '/account/profile', {
      name: ' Ada K. ',
    });
    expect(saved.text).toContain('Your name is saved.');
    expect(await nameOf(ada.account.id)).toBe('Ada K.');
    const events = await server.database.db
      .selectFrom('audit_events')
      .select(['actor_type', 'actor_id', 'account_id'])
      .where('type', '=', 'account.updated')
      .where('account_id', '=', ada.account.id)
      .execute();
    expect(events).toEqual([{ actor_type: 'account', actor_id: ada.account.id, account_id: ada.account.id }]);
  });

  it.each([
    ['no name', '', 'A person needs a name.'],
    ['a name with marks that nobody sees', 'Ada\u202E', 'A name is one line'],
    ['the name of the product', 'Latchkey', 'passes for one that the operator keeps'],
  ])('takes not %s', async (_what, name, words) => {
    const ada = await aPerson(server.database, { name: 'Ada before' });
    const visitor = await aVisitor(server, ada);
    const page = await visitor.submit(await visitor.visit('/account/profile'), '/account/profile', { name });
    expect([page.response.status, await nameOf(ada.account.id)]).toEqual([400, 'Ada before']);
    expect(page.text).toContain(words);
  });

  it('does not undo what was changed since the page was opened', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const page = await visitor.visit('/account/profile');
    await visitor.submit(page, '/account/profile', { name: 'First' });
    const late = await visitor.submit(page, '/account/profile', { name: 'Second' });
    expect([late.response.status, await nameOf(ada.account.id)]).toEqual([400, 'First']);
  });
});
