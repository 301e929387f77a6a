import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { keepPreferences } from '../../src/accounts/preferences.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { aClient, aPerson } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
afterEach(releaseTime);

const NEW = 'seven hills behind the harbor';
const PATH = '/account/password';

const change = async (visitor: Person, current: string, password = NEW) =>
  visitor.submit(await visitor.visit(PATH), PATH, { current, password });

const opens = async (email: string, password: string) => (await checkPassword(server.database.db, email, password)).ok;

async function mailsTo(email: string) {
  const rows = await server.database.db.selectFrom('mail_outbox').selectAll().where('recipient', '=', email).execute();
  const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
  return rows.map((row) => ({ subject: row.subject, text: outbox.open(row) }));
}

const eventsOf = async (id: string, type: string) => {
  const { db } = server.database;
  const events = db.selectFrom('audit_events').select(['actor_type', 'actor_id']).where('account_id', '=', id);
  return events.where('type', '=', type).execute();
};

describe('a person who changes their password', () => {
  it('C08, J10, J17, J20: goes on under a new session; all others and what apps had are over', async () => {
    const ada = await aPerson(server.database);
    const [here, elsewhere] = [await aVisitor(server, ada), await aVisitor(server, ada)];
    const app = await aClient(server.database, { type: 'web' });
    const { tokens } = await signIn(server, app, ada, {
      parameters: { scope: 'openid offline_access', prompt: 'consent' },
    });
    const before = here.cookies().get('latchkey_portal');
    const page = await change(here, ada.password);
    expect([page.url, page.response.status]).toEqual([`${server.issuer}/account/security`, 200]);
    expect(page.text).toContain('Your password is changed.');
    expect(page.text).toContain('Password changed');
    expect([await opens(ada.email, NEW), await opens(ada.email, ada.password)]).toEqual([true, false]);
    expect(here.cookies().get('latchkey_portal')).not.toBe(before);
    expect((await here.request('/account')).status).toBe(200);
    expect((await elsewhere.request('/account')).status).toBe(303);
    here.setCookie('latchkey_portal', before ?? '');
    expect((await here.request('/account')).status).toBe(303);
    const refreshed = await post(
      server,
      '/token',
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' },
      app,
    );
    expect([refreshed.status, refreshed.body.error]).toEqual([400, 'invalid_grant']);
    expect(await eventsOf(ada.account.id, 'account.password_changed')).toEqual([
      { actor_type: 'account', actor_id: ada.account.id },
    ]);
  });

  it('gets a mail about it, in their language', async () => {
    const ada = await aPerson(server.database);
    await keepPreferences(server.database.db, ada.account.id, { language: 'de', timeZone: 'Europe/Berlin' });
    const visitor = await aVisitor(server, ada);
    await change(visitor, ada.password);
    expect(await mailsTo(ada.email)).toEqual([
      {
        subject: 'Ihr Passwort bei Latchkey wurde geändert',
        text: expect.stringContaining('Wenn Sie das nicht waren'),
      },
    ]);
  });

  it.each([
    ['J10: the present one is wrong', 'something else entirely', NEW, 'This is not your current password.'],
    ['J10: the present one is missing', '', NEW, 'This is not your current password.'],
    ['J01: the new one is short', undefined, 'fourteen signs', 'at least 15 characters'],
    ['J04: the new one is guessed first', undefined, 'passwordpassword', 'guessed first'],
    ['the new one is the present one', undefined, 'correct horse battery staple', 'This is your current password.'],
  ])('changes nothing when %s', async (_what, current, password, words) => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const page = await change(visitor, current ?? ada.password, password);
    expect([page.response.status, await opens(ada.email, ada.password)]).toEqual([400, true]);
    expect(page.text).toContain(words);
    expect(page.text).not.toContain(password);
    expect(await mailsTo(ada.email)).toEqual([]);
    expect((await visitor.request('/account')).status).toBe(200);
  });

  it('J09: may guess the present one ten times, which count with those of signing in', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const page = await visitor.visit(PATH);
    const form = { current: 'not this one either', password: NEW };
    for (let tries = 1; tries <= 10; tries += 1) {
      expect((await visitor.submit(page, PATH, form)).response.status).toBe(400);
    }
    const { response } = await visitor.submit(page, PATH, { ...form, current: ada.password });
    expect([response.status, Number(response.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(await opens(ada.email, ada.password)).toBe(true);
    expect(await eventsOf(ada.account.id, 'account.password_refused')).toHaveLength(10);
  });

  it('J21: gives it again first when that was more than ten minutes ago, and stays signed in on the way back', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const open = await visitor.visit(PATH);
    controlTime();
    travel(601);
    const asked = await visitor.visit(PATH);
    expect(asked.text).toContain(`value="${ada.email}"`);
    const late = await visitor.submit(open, PATH, { current: ada.password, password: NEW });
    expect([late.text.includes('name="current"'), await opens(ada.email, ada.password)]).toEqual([false, true]);
    expect((await visitor.submit(late, '/cancel')).url).toBe(`${server.issuer}/account`);
    const again = await visitor.submit(await visitor.visit(PATH), '/sign-in', ada);
    expect(again.url).toBe(server.issuer + PATH);
    await visitor.submit(again, PATH, { current: ada.password, password: NEW });
    expect(await opens(ada.email, NEW)).toBe(true);
  });

  it('J22: is not led anywhere by a form of another site', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const answer = await visitor.request(PATH, { form: { current: ada.password, password: NEW } });
    expect([answer.status, await opens(ada.email, ada.password)]).toEqual([403, true]);
  });

  it('changes it once when two forms with the same present password come at once', async () => {
    const ada = await aPerson(server.database);
    const visitors = [await aVisitor(server, ada), await aVisitor(server, ada)];
    const pages = await Promise.all(visitors.map((visitor) => visitor.visit(PATH)));
    await Promise.all(
      visitors.map(async (visitor, index) => {
        const page = pages[index];
        if (page) await visitor.submit(page, PATH, { current: ada.password, password: `${NEW} ${index}` });
      }),
    );
    expect(await eventsOf(ada.account.id, 'account.password_changed')).toHaveLength(1);
    expect(await mailsTo(ada.email)).toHaveLength(1);
  });
});
