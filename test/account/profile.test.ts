import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { updatePerson } from '../../src/accounts/update-person.ts';
import { aPerson } from '../support/factories.ts';
import { aVisitor } from '../support/portal.ts';
import { byOperator } from '../support/roles.ts';
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

const profileOf = async (id: string) => {
  const { db } = server.database;
  return (await db.selectFrom('accounts').select('profile').where('id', '=', id).executeTakeFirstOrThrow()).profile;
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
    expect(saved.text).toContain('Your profile is saved.');
    expect(await nameOf(ada.account.id)).toBe('Ada K.');
    const events = await server.database.db
      .selectFrom('audit_events')
      .select(['actor_type', 'actor_id', 'account_id'])
      .where('type', '=', 'account.updated')
      .where('account_id', '=', ada.account.id)
      .execute();
    expect(events).toEqual([{ actor_type: 'account', actor_id: ada.account.id, account_id: ada.account.id }]);
  });

  it('takes what apps may learn, and gives back what is wrong with what was typed', async () => {
    const ada = await aPerson(server.database, { name: 'Ada' });
    const visitor = await aVisitor(server, ada);
    const typed = {
      name: 'Ada',
      given_name: 'Ada',
      nickname: '',
      preferred_username: 'Ada.L',
      picture: 'http://x.example',
    };
    const refused = await visitor.submit(await visitor.visit('/account/profile'), '/account/profile', typed);
    expect([refused.response.status, await profileOf(ada.account.id)]).toEqual([400, {}]);
    for (const words of ['begins with https://', 'value="Ada.L"']) expect(refused.text).toContain(words);
    const picture = 'https://ada.example.com/me.png';
    const saved = await visitor.submit(refused, '/account/profile', { ...typed, picture });
    expect(saved.response.status).toBe(200);
    expect(await profileOf(ada.account.id)).toEqual({ given_name: 'Ada', preferred_username: 'Ada.L', picture });
    const without = await visitor.submit(saved, '/account/profile', { name: 'Ada', given_name: '', picture });
    expect(without.response.status).toBe(200);
    expect(await profileOf(ada.account.id)).toEqual({ preferred_username: 'Ada.L', picture });
  });

  it('chooses a user name once, which nobody else has and no program keeps for itself', async () => {
    const [ada, grace] = [await aPerson(server.database), await aPerson(server.database)];
    const choose = async (who: typeof ada, username: string) => {
      const visitor = await aVisitor(server, who);
      const fields = { name: 'Someone', preferred_username: username };
      const { response, text } = await visitor.submit(
        await visitor.visit('/account/profile'),
        '/account/profile',
        fields,
      );
      return response.status === 200 ? 'taken' : text;
    };
    expect(await choose(ada, 'Lady.Ada')).toBe('taken');
    expect(await choose(grace, 'lady.ada')).toContain('Somebody else has the user name lady.ada.');
    expect(await choose(grace, 'Root')).toContain('Many programs have an account of this name.');
    expect(await choose(grace, 'grace@example.com')).toContain('A user name has 1 to 40 letters');
    expect(await choose(ada, 'ada')).toContain('Ask an administrator to change it.');
    await updatePerson(
      server.database.db,
      { accountId: ada.account.id, changes: { preferred_username: 'ada' } },
      byOperator(),
    );
    expect(await choose(grace, 'Lady.Ada')).toBe('taken');
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
