import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { changePassword } from '../../src/accounts/lifecycle.ts';
import { judgePassword } from '../../src/accounts/strength/judge.ts';
import { changeBranding } from '../../src/branding/branding.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { invite } from '../../src/teams/invitations.ts';
import { inLanguage } from '../../src/texts/speech.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

let count = 0;

/** Joins as Grace Hopper with this password. @returns the page that comes then, and the address */
async function join(password: string) {
  count += 1;
  const email = `grace.hopper${count}@example.com`;
  const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
  const { code } = await invite(server.database.db, outbox, { email }, byOperator());
  const person = new Person(server.issuer);
  const form = await person.submit(await person.visit('/join'), '/join/code', { code });
  return { form, email, page: await person.submit(form, '/join', { name: 'Grace Hopper', password }) };
}

describe('a password that somebody chooses', () => {
  it.each([
    ['J01', '14 letters, of which each is several bytes', 'ünïcödéünïcöd!'],
    ['J04', 'a word that everybody takes, twice', 'passwordpassword'],
    ['J04', 'the name of this place, a year and a word', 'Latchkey2026secure'],
    ['J04', 'their own name and address', 'gracehopper1234'],
    ['J04', 'their name in other letters', 'Gr4ce_H0pper-99!'],
    ['J04', 'a row of digits', '123456789012345'],
    ['J04', 'a row of keys', 'qwertyuiop[asdfgh'],
    ['J04', 'a row of keys and a German word', 'qwertzuiopü+willkommen'],
    ['J04', 'two German words', 'herzlichwillkommen'],
    ['J04', 'one letter', 'aaaaaaaaaaaaaaaaaaaa'],
    ['J04', 'the same over and over', 'ab1ab1ab1ab1ab1ab1'],
    ['J04', 'a season and a year, twice', 'Winter2026!Winter'],
  ])('%s: is refused with the reason when it is %s', async (_row, _what, password) => {
    const { page } = await join(password);
    expect(page.response.status).toBe(400);
    expect(page.text).toMatch(/at least 15 characters|guessed first/);
    expect(page.text).not.toContain(password);
  });

  it.each([
    ['J01', '15 letters', 'zwölf Äpfel ok!'],
    ['J01', '15 signs outside of the common plane', '🦀🐙🦑🐠🐡🦈🐳🐬🦭🐟🦐🦞🪼🐚🐋'],
    ['J02', '64 letters', 'drei bunte Vögel sangen leise am Ufer eines alten, kalten Sees!!'],
    ['J03', 'small letters only', 'vier kleine igel'],
    ['J04', 'words of which one is common', 'my password hides behind seven hills'],
  ])('%s: may be %s', async (_row, _what, password) => {
    const { page, email } = await join(password);
    expect(page.text).toContain('Your account is ready');
    expect(await checkPassword(server.database.db, email, password)).toMatchObject({ ok: true });
  });

  it('J02: counts to its last letter, far beyond the 72 bytes of other hashes', async () => {
    const { email } = await join(`${'drei bunte Vögel sangen leise '.repeat(6)}1`);
    expect(
      await checkPassword(server.database.db, email, `${'drei bunte Vögel sangen leise '.repeat(6)}2`),
    ).toMatchObject({ ok: false });
  });

  it('J02: is refused unhashed when it is endless', async () => {
    const { page } = await join('drei bunte Vögel '.repeat(100));
    expect(page.response.status).toBe(400);
    expect(page.text).toContain('at most 256 characters');
  });

  it('J06, J07: is asked for once, by a field for password managers, without hints', async () => {
    const { form } = await join('short');
    expect(form.text.match(/<input[^>]*type="password"[^>]*>/g)).toEqual([
      expect.stringContaining('autocomplete="new-password"'),
    ]);
    expect(form.text).not.toMatch(/onpaste|hint for your password|security question/i);
  });

  it.each([
    ['their own words', 'gracehopper1234', 'made of your name or address', 'aus Ihrem Namen'],
    ['what repeats', 'ab1ab1ab1ab1ab1ab1', 'the same comes over and over', 'Es wiederholt sich'],
    ['a row', 'abcdefghijklmnop', 'a row of keys, letters or digits', 'eine Reihe von Tasten'],
    ['what many have', 'qwertyuiopasdfgh', 'many people have it', 'Viele haben dieses Passwort'],
    ['something else', 'herzlichwillkommen', 'Take a few words', 'Nehmen Sie ein paar Wörter'],
  ])('J04: is refused for %s, in the language of whoever chooses', async (_what, password, english, german) => {
    const owner = { name: 'Grace Hopper', email: 'grace@example.com' };
    const judge = () => judgePassword(server.database.db, password, owner);
    expect(await inLanguage('en', 'UTC', judge)).toContain(english);
    expect(await inLanguage('de', 'UTC', judge)).toContain(german);
  });

  it('J01: needs 8 characters beside a second factor, and they have to be hard to guess too', async () => {
    const owner = { name: 'Grace Hopper', email: 'grace@example.com', hasSecondFactor: true };
    const judge = (password: string) => judgePassword(server.database.db, password, owner);
    expect(await judge('9vT$kL2')).toContain('at least 8 characters');
    expect(await judge('9vT$kL2q')).toBeUndefined();
    expect(await judge('correcthorse')).toContain('guessed first');
  });

  it('J04: is known under the name that the operator has given this place', async () => {
    const { db } = server.database;
    await changeBranding(db, { name: 'Kranichfels' }, byOperator());
    const password = 'kranichfels!2026';
    expect(await judgePassword(db, password, { name: 'Grace', email: 'g@example.com' })).toContain(
      'name of this place',
    );
    await changeBranding(db, { name: null }, byOperator());
  });

  it('is hashed anew with today’s parameters at the next sign-in, which ends nothing', async () => {
    const { db } = server.database;
    const grace = await aPerson(server.database);
    const of = () => db.selectFrom('accounts').selectAll().where('id', '=', grace.account.id).executeTakeFirstOrThrow();
    const weak = await hash(grace.password.normalize('NFKC'), { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await db.updateTable('accounts').set({ password_hash: weak }).where('id', '=', grace.account.id).execute();
    const before = await of();
    const visitor = await aVisitor(server, grace);
    const after = await of();
    expect(after.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect([after.version, after.sign_in_epoch]).toEqual([before.version, before.sign_in_epoch]);
    await aVisitor(server, grace);
    expect((await of()).password_hash).toBe(after.password_hash);
    expect((await visitor.request('/account')).status).toBe(200);
  });

  it('J04: is judged in the same way when it is changed', async () => {
    const { account } = await aPerson(server.database, { name: 'Grace Hopper' });
    const change = { accountId: account.id, password: 'hoppergrace2026' };
    await expect(changePassword(server.database.db, change, byOperator())).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('guessed first'),
    });
  });
});
