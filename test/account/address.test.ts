import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { updatePerson } from '../../src/accounts/update-person.ts';
import { aPerson } from '../support/factories.ts';
import { lastCode, mailsTo, WITH_MAIL } from '../support/links.ts';
import type { Person } from '../support/person.ts';
import { accountOf, aVisitor } from '../support/portal.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: WITH_MAIL });
});
afterAll(() => server.stop());
afterEach(async () => {
  releaseTime();
  await server.database.db.deleteFrom('throttles').execute();
});

let count = 0;
const aNewAddress = () => {
  count += 1;
  return `new-address-${count}@example.com`;
};
const PATH = '/account/address';
const ask = async (visitor: Person, email: string) => visitor.submit(await visitor.visit(PATH), PATH, { email });
const send = async (visitor: Person, path: string, code: string) =>
  visitor.submit(await visitor.visit(path), `${path}/code`, { code });
const byId = (id: string) =>
  server.database.db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

describe('a person who wants another address', () => {
  it('J21: has it when the new one confirms it by a click, and both are told', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const email = aNewAddress();
    const asked = await ask(visitor, email);
    expect([asked.url, asked.text.includes(`on its way to ${email}`)]).toEqual([`${server.issuer}/account`, true]);
    expect((await byId(ada.account.id)).email).toBe(ada.email);
    expect(await mailsTo(server, ada.email)).toEqual([]);
    const code = await lastCode(server, email);
    await visitor.request('/new-address', { method: 'GET' });
    const done = await send(visitor, '/new-address', code);
    expect([done.response.status, done.text.includes(email)]).toEqual([200, true]);
    const after = await byId(ada.account.id);
    expect([after.email, after.email_verified_at !== null, after.version]).toEqual([
      email,
      true,
      ada.account.version + 1,
    ]);
    for (const to of [ada.email, email]) {
      expect((await mailsTo(server, to)).at(-1)?.text).toContain(`was changed to ${email}`);
    }
    // Sessions go on.
    expect((await visitor.request('/account')).status).toBe(200);
    expect((await send(visitor, '/new-address', code)).response.status).toBe(400);
    const events = server.database.db.selectFrom('audit_events').select(['type', 'detail']);
    expect(
      await events.where('account_id', '=', ada.account.id).where('type', '=', 'account.updated').execute(),
    ).toEqual([{ type: 'account.updated', detail: { accountId: ada.account.id, fields: ['email'] } }]);
  });

  it('J11: does not learn whether somebody else has it: the answer is the same, and there is no link', async () => {
    const [ada, grace] = [await aPerson(server.database), await aPerson(server.database)];
    const visitor = await aVisitor(server, ada);
    const free = aNewAddress();
    const [taken, other] = [await ask(visitor, grace.email), await ask(visitor, free)];
    const plain = (text: string, email: string) => text.replaceAll(email, '…').replace(/csrf" value="[^"]*"/g, '');
    expect(plain(taken.text, grace.email)).toBe(plain(other.text, free));
    expect(await lastCode(server, grace.email)).toBe('');
    expect((await mailsTo(server, grace.email))[0]?.text).toContain('so nothing changes');
  });

  it('is told when somebody has got it meanwhile, and keeps theirs', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const email = aNewAddress();
    await ask(visitor, email);
    const code = await lastCode(server, email);
    await aPerson(server.database, { email });
    expect((await send(visitor, '/new-address', code)).response.status).toBe(409);
    expect((await byId(ada.account.id)).email).toBe(ada.email);
  });

  it.each([
    ['a newer one is there', async (visitor: Person) => ask(visitor, aNewAddress())],
    [
      'an administrator has changed the address',
      async (_visitor: Person, id: string) =>
        updatePerson(server.database.db, { accountId: id, changes: { email: aNewAddress() } }, byOperator()),
    ],
    [
      'a day has passed',
      async () => {
        controlTime();
        travel(86_401);
      },
    ],
  ])('J13: cannot use a link when %s', async (_what, happens) => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const email = aNewAddress();
    await ask(visitor, email);
    const code = await lastCode(server, email);
    await happens(visitor, ada.account.id);
    expect((await send(visitor, '/new-address', code)).response.status).toBe(400);
    expect((await byId(ada.account.id)).email).not.toBe(email);
  });

  it('J21: signs in again first when that was more than ten minutes ago', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const open = await visitor.visit(PATH);
    controlTime();
    travel(601);
    const email = aNewAddress();
    await visitor.submit(open, PATH, { email });
    expect([(await visitor.visit(PATH)).text.includes('name="password"'), await mailsTo(server, email)]).toEqual([
      true,
      [],
    ]);
  });

  it.each([
    ['no address', 'Give an email address'],
    ['', 'Give an email address'],
    [undefined, 'This is your address already.'],
  ])('is told what is wrong with %j', async (email, words) => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const { response, text } = await ask(visitor, email ?? ada.email);
    expect([response.status, text.includes(words)]).toEqual([400, true]);
  });
});

describe('a person whose address is not confirmed', () => {
  it('sees it, and confirms it by a link', async () => {
    const ada = await aPerson(server.database);
    const { db } = server.database;
    await db.updateTable('accounts').set({ email_verified_at: null }).where('id', '=', ada.account.id).execute();
    const visitor = await aVisitor(server, ada);
    const overview = await visitor.visit('/account');
    expect(overview.text).toContain('Not yet');
    await visitor.submit(overview, '/account/verification');
    const code = await lastCode(server, ada.email);
    // A link of another kind opens nothing.
    expect((await send(visitor, '/new-address', code)).response.status).toBe(400);
    expect((await send(visitor, '/verify', code)).response.status).toBe(200);
    expect((await accountOf(server, ada.email)).email_verified_at).not.toBeNull();
    expect((await visitor.visit('/account')).text).not.toContain('Not yet');
    expect((await send(visitor, '/verify', code)).response.status).toBe(400);
  });
});
