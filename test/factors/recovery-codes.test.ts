import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeRecoveryCodes } from '../../src/accounts/factors/recovery-codes.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { dumpOf } from '../support/dump.ts';
import { aPerson } from '../support/factories.ts';
import { authenticator, eventsAbout, firstStep, mailsTo, withTotp } from '../support/factors.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
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

const PATH = '/account/factors/recovery-codes';
const codesOn = (text: string) => text.match(/\b(?!icon|data)[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b/g) ?? [];

/** Somebody with an authenticator app and recovery codes. */
async function aPrudentPerson() {
  const ada = await aPerson(server.database);
  const code = await withTotp(server, ada);
  const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
  const codes = await makeRecoveryCodes(server.database.db, outbox, ada.account, byOperator());
  return { ada, code, codes };
}

const stored = (accountId: string) =>
  server.database.db.selectFrom('recovery_codes').select('code_hash').where('account_id', '=', accountId).execute();

describe('recovery codes', () => {
  it('come with the first second factor, ten of them, shown once, and are not readable in the database', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const page = await visitor.visit('/account/factors/totp');
    const seed = /((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})/.exec(page.text)?.[1] ?? '';
    const shown = await visitor.submit(page, '/totp', { code: authenticator(seed)() });
    expect([shown.url, new Set(codesOn(shown.text)).size]).toEqual([server.issuer + PATH, 10]);
    const again = await visitor.visit(PATH);
    expect([codesOn(again.text), again.text.includes('10 left')]).toEqual([[], true]);
    expect((await visitor.visit('/account/security')).text).toContain('10 left');
    const { text } = await dumpOf(server);
    for (const code of codesOn(shown.text)) {
      expect(text.includes(code) || text.includes(code.replaceAll('-', ''))).toBe(false);
    }
  });

  it('J15: sign in once each, as they are typed, and the person is told how many are left', async () => {
    const { ada, codes } = await aPrudentPerson();
    const [first = '', second = ''] = codes;
    const person = new Person(server.issuer);
    const asked = await firstStep(person, '/sign-in', ada);
    const other = await person.visit(`${asked.url}?recovery`);
    expect(other.text).toContain('Recovery code');
    const home = await person.submit(other, '/second-step', { code: ` ${first.toUpperCase().replaceAll('-', ' ')} ` });
    expect(home.url).toBe(`${server.issuer}/`);
    expect((await mailsTo(server, ada.email)).at(-1)?.text).toContain('9 codes are left');
    expect(await eventsAbout(server, ada.account.id, 'account.signed_in')).toMatchObject([
      { detail: { secondFactor: 'recovery_code' } },
    ]);
    const next = new Person(server.issuer);
    let page = await firstStep(next, '/sign-in', ada);
    page = await next.submit(page, '/second-step', { code: first });
    expect([page.response.status, page.text.includes('This code is not right')]).toEqual([400, true]);
    expect((await next.submit(page, '/second-step', { code: second })).url).toBe(`${server.issuer}/`);
    expect(await stored(ada.account.id)).toHaveLength(8);
  });

  it('are made anew by the person, and those from before are over; the person is told', async () => {
    const { ada, code, codes } = await aPrudentPerson();
    const visitor = new Person(server.issuer);
    await visitor.submit(await firstStep(visitor, '/sign-in', ada), '/second-step', { code: code() });
    const shown = await visitor.submit(await visitor.visit(PATH), PATH);
    expect(codesOn(shown.text)).toHaveLength(10);
    expect(await eventsAbout(server, ada.account.id, 'account.recovery_codes_made')).toHaveLength(2);
    expect((await mailsTo(server, ada.email)).at(-1)?.text).toContain('New recovery codes were made');
    const person = new Person(server.issuer);
    const asked = await firstStep(person, '/sign-in', ada);
    const refused = await person.submit(asked, '/second-step', { code: codes[0] });
    expect(refused.response.status).toBe(400);
    const right = await person.submit(refused, '/second-step', { code: codesOn(shown.text)[0] });
    expect(right.url).toBe(`${server.issuer}/`);
    travel(601);
    const late = await visitor.submit(await visitor.visit(PATH), PATH);
    expect(late.text).toContain('name="password"');
  });

  it('are for who has a second factor, and go with it', async () => {
    const { ada, code } = await aPrudentPerson();
    const visitor = new Person(server.issuer);
    await visitor.submit(await firstStep(visitor, '/sign-in', ada), '/second-step', { code: code() });
    await visitor.submit(await visitor.visit('/account/factors/totp/remove'), '/remove');
    expect(await stored(ada.account.id)).toEqual([]);
    expect((await visitor.visit(PATH)).url).toBe(`${server.issuer}/account/security`);
    const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
    const making = makeRecoveryCodes(server.database.db, outbox, ada.account, byOperator());
    await expect(making).rejects.toMatchObject({ code: 'conflict' });
  });
});
