import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { changePassword } from '../../src/accounts/lifecycle.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { invite } from '../../src/teams/invitations.ts';
import { aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
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
    ['J04', 'one letter', 'aaaaaaaaaaaaaaaaaaaa'],
    ['J04', 'the same over and over', 'ab1ab1ab1ab1ab1ab1'],
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

  it('J04: is judged in the same way when it is changed', async () => {
    const { account } = await aPerson(server.database, { name: 'Grace Hopper' });
    const change = { accountId: account.id, password: 'hoppergrace2026' };
    await expect(changePassword(server.database.db, change, byOperator())).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('guessed first'),
    });
  });
});
