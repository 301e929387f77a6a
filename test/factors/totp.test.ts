import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hasSecondFactor } from '../../src/accounts/factors/find-factors.ts';
import { changePassword } from '../../src/accounts/lifecycle.ts';
import { keepPreferences } from '../../src/accounts/preferences.ts';
import { rotateMasterKey } from '../../src/keys/sealing/master-keys.ts';
import { connect, poll, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { authenticator, eventsAbout, firstStep, mailsTo, withTotp } from '../support/factors.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(controlTime);
afterEach(releaseTime);

const PATH = '/account/factors/totp';
const seedOn = (text: string) => /((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})/.exec(text)?.[1] ?? '';
const has = (accountId: string) => hasSecondFactor(server.database.db, accountId);

async function setUp(visitor: Person) {
  const page = await visitor.visit(PATH);
  return { page, code: authenticator(seedOn(page.text)) };
}

describe('setting up an authenticator app', () => {
  it('J15: shows a QR code and a key, and is on with a code of it; the person is told', async () => {
    const ada = await aPerson(server.database);
    await keepPreferences(server.database.db, ada.account.id, { language: 'de', timeZone: 'Europe/Berlin' });
    const visitor = await aVisitor(server, ada);
    const { page, code } = await setUp(visitor);
    expect(page.text).toMatch(/<svg class="qr-code" viewBox="0 0 \d+ \d+" role="img"/);
    const done = await visitor.submit(page, PATH, { code: `${code().slice(0, 3)} ${code().slice(3)}` });
    expect([done.url, done.response.status]).toEqual([`${server.issuer}/account/factors/recovery-codes`, 200]);
    expect(done.text).toContain('Die Authenticator-App ist eingeschaltet.');
    const security = await visitor.visit('/account/security');
    expect(security.text).toContain('Zweiter Faktor hinzugefügt: Authenticator-App');
    expect(await has(ada.account.id)).toBe(true);
    expect(await eventsAbout(server, ada.account.id, 'account.factor_added')).toMatchObject([
      { detail: { factor: 'totp' }, actor_type: 'account', actor_id: ada.account.id },
    ]);
    const subject = 'Ihre Anmeldung bei Latchkey hat sich geändert';
    expect(await mailsTo(server, ada.email)).toEqual([
      { subject, text: expect.stringContaining('Authenticator-App') },
      { subject, text: expect.stringContaining('neue Wiederherstellungscodes') },
    ]);
  });

  it('is not on without a right code, and the key stays the same meanwhile', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const { page, code } = await setUp(visitor);
    const wrong = await visitor.submit(page, PATH, { code: code(5) });
    expect([wrong.response.status, seedOn(wrong.text)]).toEqual([400, seedOn(page.text)]);
    expect(wrong.text).toContain('This is not the code');
    expect([await has(ada.account.id), await mailsTo(server, ada.email)]).toEqual([false, []]);
    const { leftTo } = await new Person(server.issuer).visit('/sign-in');
    expect(leftTo).toBeUndefined();
    travel(901);
    await visitor.submit(await visitor.visit(PATH), '/sign-in', ada);
    expect(seedOn((await visitor.visit(PATH)).text)).not.toBe(seedOn(page.text));
  });

  it('is on by a key that no other browser was shown, whoever knows the password', async () => {
    const ada = await aPerson(server.database);
    const thief = new Person(server.issuer);
    const app = await aClient(server.database, { type: 'web' });
    const request = authorizationUrl(server, app, { acr_values: 'urn:latchkey:acr:2fa' });
    const shown = await firstStep(thief, request, ada);
    expect(shown.url).toMatch(/\/set-up$/);
    const visitor = await aVisitor(server, ada);
    const { page, code } = await setUp(visitor);
    expect(seedOn(page.text)).not.toBe(seedOn(shown.text));
    const late = await thief.submit(shown, '/set-up', { code: authenticator(seedOn(shown.text))() });
    expect([late.response.status, await has(ada.account.id)]).toEqual([400, false]);
    const again = await setUp(visitor);
    expect((await visitor.submit(again.page, PATH, { code: code() })).response.status).toBe(400);
    expect((await setUp(visitor)).code()).toBe(again.code());
    await visitor.submit(again.page, PATH, { code: again.code() });
    expect(await has(ada.account.id)).toBe(true);
    expect((await thief.submit(late, '/set-up', { code: again.code() })).text).toContain('name="password"');
  });

  it('J21: asks for the password again after ten minutes, for removing it too', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const { page, code } = await setUp(visitor);
    travel(601);
    const late = await visitor.submit(page, PATH, { code: code() });
    expect([late.text.includes('name="password"'), await has(ada.account.id)]).toEqual([true, false]);
    expect((await visitor.visit(`${PATH}/remove`)).text).toContain('name="password"');
  });

  it('is removed by the person, who is told; the password alone is enough then', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    await withTotp(server, ada);
    expect((await visitor.visit(PATH)).url).toBe(`${server.issuer}/account/security`);
    const page = await visitor.submit(await visitor.visit(`${PATH}/remove`), '/remove');
    expect(page.text).toContain('The authenticator app is removed.');
    expect(await has(ada.account.id)).toBe(false);
    expect(await eventsAbout(server, ada.account.id, 'account.factor_removed')).toHaveLength(1);
    expect((await mailsTo(server, ada.email)).at(-1)?.text).toContain('was removed');
    const next = await firstStep(new Person(server.issuer), '/sign-in', ada);
    expect(next.url).toBe(`${server.issuer}/`);
  });

  it('its seed is not readable in the database, and is sealed anew with the master keys', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const { page } = await setUp(visitor);
    const { db } = server.database;
    const sealed = () =>
      db.selectFrom('totp_factors').selectAll().where('account_id', '=', ada.account.id).executeTakeFirstOrThrow();
    const before = await sealed();
    expect(before.sealed_seed).toMatch(/^test\.[\w-]{60,}$/);
    expect(JSON.stringify(before)).not.toContain(seedOn(page.text).replaceAll(' ', ''));
    const next = { id: 'next', key: randomBytes(32) };
    server.secrets.masterKeys.unshift(next);
    await rotateMasterKey(db, server.secrets.masterKeys, byOperator());
    expect((await sealed()).sealed_seed).toMatch(/^next\./);
    expect(seedOn((await visitor.visit(PATH)).text)).toBe(seedOn(page.text));
  });
});

describe('the second step of signing in', () => {
  it('J15: is asked for on the way to an app and in the portal; a right code goes on', async () => {
    const ada = await aPerson(server.database);
    const app = await aClient(server.database, { type: 'web' });
    const code = await withTotp(server, ada);
    const person = new Person(server.issuer);
    const asked = await firstStep(person, authorizationUrl(server, app), ada);
    expect(asked.url).toMatch(/\/interaction\/[\w-]+\/second-step$/);
    expect(asked.text).toMatch(/autocomplete="one-time-code"/);
    expect(await eventsAbout(server, ada.account.id, 'account.signed_in')).toEqual([]);
    const next = await person.submit(asked, '/second-step', { code: code() });
    expect(next.text).toMatch(/action="[^"]*\/consent"/);
    expect(await eventsAbout(server, ada.account.id, 'account.signed_in')).toMatchObject([
      { detail: { secondFactor: 'totp', clientId: app.clientId }, actor_id: ada.account.id },
    ]);
    travel(30);
    const visitor = new Person(server.issuer);
    const portal = await firstStep(visitor, '/sign-in?to=/account', ada);
    expect((await visitor.request('/account')).status).toBe(303);
    const home = await visitor.submit(portal, '/second-step', { code: code() });
    expect([home.url, home.response.status]).toEqual([`${server.issuer}/account`, 200]);
  });

  it('cannot be passed by: the address that follows asks for the password again', async () => {
    const ada = await aPerson(server.database);
    const app = await aClient(server.database, { type: 'web' });
    await withTotp(server, ada);
    const person = new Person(server.issuer);
    const asked = await firstStep(person, authorizationUrl(server, app), ada);
    const uid = /interaction\/([\w-]+)/.exec(asked.url)?.[1];
    const resumed = await person.visit(`/auth/${uid}`);
    expect([resumed.leftTo, resumed.text.includes('name="password"')]).toEqual([undefined, true]);
    const elsewhere = new Person(server.issuer);
    const stranger = await elsewhere.visit(asked.url);
    expect([stranger.response.status, stranger.text.includes('name="code"')]).toEqual([400, false]);
  });

  it('J13: is asked for after a new password too, and on a device', async () => {
    const ada = await aPerson(server.database);
    await withTotp(server, ada);
    const password = 'seven hills behind the harbor';
    await changePassword(server.database.db, { accountId: ada.account.id, password }, byOperator());
    const asked = await firstStep(new Person(server.issuer), '/sign-in', { email: ada.email, password });
    expect(asked.url).toMatch(/\/second-step$/);
    const device = await aClient(server.database, { type: 'device' });
    const started = await startDevice(server, device);
    const page = await connect(new Person(server.issuer), started.user_code, { email: ada.email, password });
    expect(page.url).toMatch(/\/second-step$/);
    expect((await poll(server, device, started)).body.error).toBe('authorization_pending');
  });

  it.each([
    ['of two steps ago', -2],
    ['of two steps ahead', 2],
  ])('J15: refuses a code %s', async (_when, steps) => {
    const ada = await aPerson(server.database);
    const code = await withTotp(server, ada);
    travel(60);
    const person = new Person(server.issuer);
    const asked = await firstStep(person, '/sign-in', ada);
    const refused = await person.submit(asked, '/second-step', { code: code(steps) });
    expect([refused.response.status, refused.text.includes('This code is not right')]).toEqual([400, true]);
    expect(await eventsAbout(server, ada.account.id, 'account.sign_in_failed')).toMatchObject([
      { detail: { reason: 'second_factor' } },
    ]);
    expect((await person.submit(refused, '/second-step', { code: code(Math.sign(steps)) })).url).toBe(
      `${server.issuer}/`,
    );
  });

  it('J15: takes a code once, also the one that turned it on, and none of before', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const { page, code } = await setUp(visitor);
    await visitor.submit(page, PATH, { code: code() });
    const person = new Person(server.issuer);
    let at = await firstStep(person, '/sign-in', ada);
    for (const steps of [0, -1]) {
      at = await person.submit(at, '/second-step', { code: code(steps) });
      expect(at.response.status).toBe(400);
    }
    expect((await person.submit(at, '/second-step', { code: code(1) })).url).toBe(`${server.issuer}/`);
  });

  it('J15: is slowed down after ten wrong codes, however they come', async () => {
    const ada = await aPerson(server.database);
    const code = await withTotp(server, ada);
    const person = new Person(server.issuer);
    const asked = await firstStep(person, '/sign-in', ada);
    const tries = Array.from({ length: 15 }, () => person.submit(asked, '/second-step', { code: code(9) }));
    const statuses = (await Promise.all(tries)).map(({ response }) => response.status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
    const late = await person.submit(asked, '/second-step', { code: code() });
    expect([late.response.status, Number(late.response.headers.get('retry-after')) > 0]).toEqual([429, true]);
    travel(601);
    expect((await person.visit(asked.url)).text).toContain('name="password"');
  });

  it('ends with the sign-ins of the person, and for who is disabled', async () => {
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const { db } = server.database;
    const asked = await Promise.all(
      [ada, bob].map(async (one) => {
        const code = await withTotp(server, one);
        const person = new Person(server.issuer);
        return { code, person, page: await firstStep(person, '/sign-in', one) };
      }),
    );
    const change = { accountId: ada.account.id, password: 'seven hills behind the harbor' };
    await changePassword(db, change, byOperator());
    await db.updateTable('accounts').set({ disabled_at: new Date() }).where('id', '=', bob.account.id).execute();
    for (const { code, person, page } of asked) {
      await person.submit(page, '/second-step', { code: code() });
      expect((await person.request('/account')).status).toBe(303);
    }
  });
});
