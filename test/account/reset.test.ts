import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { disableAccount } from '../../src/accounts/lifecycle.ts';
import { keepPreferences } from '../../src/accounts/preferences.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { lastCode, mailsTo, WITH_MAIL } from '../support/links.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { sendRaw } from '../support/raw.ts';
import { authorizationRequest, CALLBACK, discover, signIn } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: WITH_MAIL, trustedProxies: 1 });
});
afterAll(() => server.stop());
afterEach(releaseTime);

const NEW = 'seven hills behind the harbor';
/** What is asked of the database for a link. */
const OF_ASKING = /account_links|mail_outbox|"accounts"|audit_events|throttles|^(begin|commit)/i;
let networks = 0;

/** Somebody at an address of their own, since requests are counted by it. */
function aStranger(): Person {
  networks += 1;
  const from = `198.51.100.${networks}`;
  const person = new Person(server.issuer);
  const request = person.request.bind(person);
  person.request = (url, init = {}) => request(url, { ...init, headers: { ...init.headers, 'x-forwarded-for': from } });
  return person;
}

const ask = async (person: Person, email: string) => person.submit(await person.visit('/forgot'), '/forgot', { email });
const open = async (person: Person, code: string) =>
  person.submit(await person.visit('/reset'), '/reset/code', { code });
const opens = async (email: string, password: string) => (await checkPassword(server.database.db, email, password)).ok;

async function aResetter() {
  const ada = await aPerson(server.database);
  const person = aStranger();
  await ask(person, ada.email);
  return { ada, person, code: await lastCode(server, ada.email) };
}

describe('somebody who forgot their password', () => {
  it('J13, C08, J20: chooses a new one by a link, which ends sessions and tokens, and comes back to what the app asked for', async () => {
    const ada = await aPerson(server.database);
    const before = await aVisitor(server, ada);
    const app = await aClient(server.database, { type: 'web' });
    const { tokens } = await signIn(server, app, ada, {
      parameters: { scope: 'openid offline_access', prompt: 'consent' },
    });
    const person = aStranger();
    const request = await authorizationRequest(await discover(server, app));
    const signingIn = await person.visit(request.url.href);
    const forgot = /href="([^"]*\/forgot[^"]*)"/.exec(signingIn.text)?.[1] ?? '';
    const sent = await person.submit(await person.visit(forgot), '/forgot', { email: ada.email });
    expect([sent.response.status, sent.text.includes('Look into your mail')]).toEqual([200, true]);
    const code = await lastCode(server, ada.email);
    const chosen = await open(person, code);
    expect(chosen.text).toContain(`value="${ada.email}"`);
    const done = await person.submit(chosen, '/reset', { password: NEW });
    expect([done.response.status, done.text.includes('Your password is changed')]).toEqual([200, true]);
    expect([await opens(ada.email, NEW), await opens(ada.email, ada.password)]).toEqual([true, false]);
    expect((await before.request('/account')).status).toBe(303);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const refreshed = await post(server, '/token', form, app);
    expect([refreshed.status, refreshed.body.error]).toEqual([400, 'invalid_grant']);
    // Nobody is signed in by it.
    expect((await person.request('/account')).status).toBe(303);
    const back = /href="([^"]*\/interaction\/[^"]+)"/.exec(done.text)?.[1] ?? '';
    const page = await person.visit(back);
    let next = await person.submit(page, '/sign-in', { email: ada.email, password: NEW });
    if (!next.leftTo) next = await person.submit(next, '/consent');
    expect(next.leftTo?.href.startsWith(`${CALLBACK}?code=`)).toBe(true);
  });

  it('gets the link and a notice by mail, in their language, and both are in the trail', async () => {
    const { db } = server.database;
    const ada = await aPerson(server.database);
    await keepPreferences(db, ada.account.id, { language: 'de', timeZone: 'Europe/Berlin' });
    const person = aStranger();
    await ask(person, ada.email);
    await person.submit(await open(person, await lastCode(server, ada.email)), '/reset', { password: NEW });
    const [link, notice] = await mailsTo(server, ada.email);
    expect(link?.subject).toBe('Ein neues Passwort für Latchkey');
    expect(link?.text).toContain(`${server.issuer}/reset#code=lkl_`);
    expect(notice?.subject).toBe('Ihr Passwort bei Latchkey wurde geändert');
    expect(notice?.text).toContain('Sie sind überall abgemeldet, und alle Apps sind getrennt.');
    const events = db.selectFrom('audit_events').select(['type', 'actor_id']).where('account_id', '=', ada.account.id);
    expect(await events.where('type', 'like', 'account.%').orderBy('id').execute()).toEqual([
      expect.objectContaining({ type: 'account.created' }),
      { type: 'account.reset_asked', actor_id: null },
      { type: 'account.password_changed', actor_id: ada.account.id },
    ]);
  });

  it('J13: uses a link up by setting a password, not by opening it, and not by a password that is refused', async () => {
    const { ada, person, code } = await aResetter();
    for (const method of ['GET', 'HEAD']) await person.request('/reset', { method });
    await open(person, code);
    const refused = await person.submit(await open(person, code), '/reset', { password: 'passwordpassword' });
    expect([refused.response.status, refused.text.includes('guessed first')]).toEqual([400, true]);
    const chosen = await open(person, code);
    expect((await person.submit(chosen, '/reset', { password: NEW })).response.status).toBe(200);
    const again = await person.submit(chosen, '/reset', { password: `${NEW} again` });
    expect([again.response.status, await opens(ada.email, NEW)]).toEqual([404, true]);
    const reopened = await open(person, code);
    expect([reopened.response.status, reopened.text.includes('opens nothing')]).toEqual([400, true]);
  });

  it('J13: cannot use a link after an hour', async () => {
    const { ada, person, code } = await aResetter();
    const chosen = await open(person, code);
    controlTime();
    travel(3601);
    const late = await person.submit(chosen, '/reset', { password: NEW });
    expect([late.response.status, await opens(ada.email, ada.password)]).toEqual([404, true]);
    expect((await open(person, code)).response.status).toBe(400);
  });

  it('J13: cannot use a link when a newer one is there, or the person was stopped', async () => {
    const { ada, person, code } = await aResetter();
    await ask(person, ada.email);
    const newer = await lastCode(server, ada.email);
    expect([(await open(person, code)).response.status, (await open(person, newer)).response.status]).toEqual([
      400, 200,
    ]);
    await disableAccount(server.database.db, { accountId: ada.account.id, reason: 'left' }, byOperator());
    expect((await open(person, newer)).response.status).toBe(400);
  });

  it('J13: keeps nothing of the code but a hash, and logs none of it', async () => {
    const { person, code } = await aResetter();
    await open(person, code);
    const rows = await server.database.db.selectFrom('account_links').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(code.slice(4));
    expect(server.logged.join('\n')).not.toContain(code.slice(4));
  });

  it('J11: learns nothing of who has an account: the same answer, by the same statements, and no mail', async () => {
    const ada = await aPerson(server.database);
    const stopped = await aPerson(server.database);
    await disableAccount(server.database.db, { accountId: stopped.account.id, reason: 'left' }, byOperator());
    const told: { text: string; status: number; statements: string[] }[] = [];
    for (const email of [ada.email, stopped.email, 'nobody-here@example.com']) {
      const person = aStranger();
      const page = await person.visit('/forgot');
      let answer: Awaited<ReturnType<Person['submit']>> | undefined;
      const statements = await statementsDuring(async () => {
        answer = await person.submit(page, '/forgot', { email });
      });
      const text = String(answer?.text).replaceAll(email, '…');
      // The server looks for changes of its own accord meanwhile.
      const own = statements.filter((statement) => OF_ASKING.test(statement));
      told.push({ text, status: answer?.response.status ?? 0, statements: own });
    }
    expect(told[0]?.statements.join()).toMatch(/account_links.*mail_outbox.*audit_events/s);
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    expect([await mailsTo(server, stopped.email), await mailsTo(server, 'nobody-here@example.com')]).toEqual([[], []]);
  });

  it('J13: gets a link to this server, whatever Host a request names', async () => {
    const ada = await aPerson(server.database);
    const form = new URLSearchParams({ email: ada.email }).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': '203.0.113.7' };
    const forwarded = { ...type, 'x-forwarded-host': 'evil.example' };
    for (const headers of [{ ...type, host: 'evil.example' }, forwarded]) {
      await sendRaw(server, { method: 'POST', path: '/forgot', headers, body: form });
    }
    const mails = await mailsTo(server, ada.email);
    expect(mails.map(({ text }) => text).join('')).not.toContain('evil.example');
    expect(mails.at(-1)?.text ?? '').toContain(`${server.issuer}/reset#code=`);
  });

  it('has five mails an hour sent to one address, and the answer stays the same', async () => {
    const ada = await aPerson(server.database);
    for (let times = 1; times <= 6; times += 1) {
      expect((await ask(aStranger(), ada.email)).response.status).toBe(200);
    }
    expect(await mailsTo(server, ada.email)).toHaveLength(5);
  });

  it('asks twenty times in ten minutes from one network', async () => {
    const person = aStranger();
    for (let times = 1; times <= 20; times += 1) await ask(person, `nobody-${times}@example.com`);
    const { response } = await ask(person, 'nobody-21@example.com');
    expect([response.status, Number(response.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });

  it.each(['', 'no address', 'a@b@c', `${'a'.repeat(300)}@example.com`])(
    'is told when %j is no address',
    async (email) => {
      const { response, text } = await ask(aStranger(), email);
      expect([response.status, text.includes('role="alert"')]).toEqual([400, true]);
    },
  );

  it('J22: is sent nothing by a form of another site', async () => {
    const ada = await aPerson(server.database);
    const headers = { origin: 'https://evil.example' };
    const { status } = await aStranger().request('/forgot', { form: { email: ada.email }, headers });
    expect([status, await mailsTo(server, ada.email)]).toEqual([403, []]);
  });

  it('J09: gets in with the new password where strangers have used up all tries', async () => {
    const { db } = server.database;
    const { ada, person, code } = await aResetter();
    for (let tries = 0; tries < 10; tries += 1) {
      await person.submit(await person.visit('/sign-in'), '/sign-in', { email: ada.email, password: 'wrong' });
    }
    await person.submit(await open(person, code), '/reset', { password: NEW });
    const { url } = await person.submit(await person.visit('/sign-in'), '/sign-in', {
      email: ada.email,
      password: NEW,
    });
    expect(url).toBe(`${server.issuer}/`);
    expect(
      await db.selectFrom('portal_sessions').where('account_id', '=', ada.account.id).select('id_hash').execute(),
    ).toHaveLength(1);
  });
});

it('where no mail is sent, somebody who forgot their password is told whom to ask', async () => {
  const silent = await startTestServer();
  try {
    const person = new Person(silent.issuer);
    const page = await person.visit('/forgot');
    expect([page.text.includes('sends no mail'), page.text.includes('<form method="post" action="/forgot"')]).toEqual([
      true,
      false,
    ]);
  } finally {
    await silent.stop();
  }
});
