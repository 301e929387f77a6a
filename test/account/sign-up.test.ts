import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkPassword } from '../../src/accounts/accounts.ts';
import { makeLink } from '../../src/accounts/links/links.ts';
import { changeSignUpPolicy, type SignUpPolicy } from '../../src/accounts/sign-up/policy.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { invite } from '../../src/teams/invitations.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aRobot } from '../support/admin-api.ts';
import { aPerson } from '../support/factories.ts';
import { lastCode, mailsTo, WITH_MAIL } from '../support/links.ts';
import { Person } from '../support/person.ts';
import { accountOf } from '../support/portal.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { statementsDuring } from '../support/statements.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: WITH_MAIL });
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.database.db.deleteFrom('throttles').execute();
});

let count = 0;
const anAddress = (domain = 'example.com') => {
  count += 1;
  return `somebody-${count}@${domain}`;
};
const PASSWORD = 'seven hills behind the harbor';
const allow = (policy: SignUpPolicy) => changeSignUpPolicy(server.database.db, policy, byOperator());
/** What is asked of the database for a link. */
const OF_ASKING = /account_links|mail_outbox|"accounts"|audit_events|throttles|^(begin|commit)/i;

async function ask(email: string) {
  const person = new Person(server.issuer);
  return { person, page: await person.submit(await person.visit('/sign-up'), '/sign-up', { email }) };
}
const open = async (person: Person, code: string) =>
  person.submit(await person.visit('/sign-up/finish'), '/sign-up/finish/code', { code });

describe('who may make an account', () => {
  it('is whoever is invited, at first', async () => {
    const page = await new Person(server.issuer).visit('/sign-up');
    expect([page.text.includes('by invitation'), page.text.includes('<form method="post" action="/sign-up"')]).toEqual([
      true,
      false,
    ]);
    const email = anAddress();
    const { status } = await new Person(server.issuer).request('/sign-up', { form: { email } });
    expect([status, await mailsTo(server, email)]).toEqual([403, []]);
  });

  it('is nobody where it is closed, with an invitation neither', async () => {
    const { db } = server.database;
    const outbox = createOutbox(server.secrets.masterKeys, server.issuer);
    const email = anAddress();
    const { code } = await invite(db, outbox, { email }, byOperator());
    await allow({ mode: 'closed', domains: [] });
    const person = new Person(server.issuer);
    const page = await person.submit(await person.visit('/join'), '/join/code', { code });
    const { response } = await person.submit(page, '/join', { name: 'Grace', password: PASSWORD });
    expect(response.status).toBe(403);
    await expect(invite(db, outbox, { email: anAddress() }, byOperator())).rejects.toMatchObject({ code: 'conflict' });
    await allow({ mode: 'invitation', domains: [] });
    expect((await person.submit(page, '/join', { name: 'Grace', password: PASSWORD })).response.status).toBe(200);
  });

  it('is who has an address of a domain, and not of one below it', async () => {
    await allow({ mode: 'domains', domains: ['example.com', 'bücher.example'] });
    for (const [email, status] of [
      [anAddress('EXAMPLE.com'), 200],
      [anAddress('xn--bcher-kva.example'), 200],
      [anAddress('evil.example.com'), 403],
      [anAddress('notexample.com'), 403],
      ['"a@example.com"@evil.example', 400],
    ] as const) {
      expect([email, (await ask(email)).page.response.status]).toEqual([email, status]);
    }
  });

  it.each([
    [{ mode: 'domains', domains: [] }, 'domains'],
    [{ mode: 'domains', domains: ['nothing'] }, 'domains'],
    [{ mode: 'domains', domains: ['*.example.com'] }, 'domains'],
    [{ mode: 'everybody', domains: [] }, 'mode'],
    [{ mode: 'domains', domains: Array.from({ length: 51 }, (_, index) => `d${index}.example`) }, 'domains'],
  ])('is not %j', async (policy, field) => {
    await expect(allow(policy as SignUpPolicy)).rejects.toMatchObject({
      issues: [{ path: expect.arrayContaining([field]) }],
    });
  });

  it('is said by admin API and command line, and the trail tells', async () => {
    const robot = await aRobot(server, ['users:read', 'users:write']);
    const { answer } = commandLineOf(server);
    const put = await robot.call('PUT', '/sign-up', { mode: 'domains', domains: ['example.org'] });
    expect([put.status, put.body]).toEqual([200, { mode: 'domains', domains: ['example.org'] }]);
    expect(await answer(['sign-up', 'show'])).toEqual(put.body);
    await answer(['sign-up', 'set', 'open']);
    expect((await robot.call('GET', '/sign-up')).body).toEqual({ mode: 'open', domains: [] });
    const events = server.database.db.selectFrom('audit_events').select(['actor_type', 'detail']);
    expect(await events.where('type', '=', 'sign_up.changed').orderBy('id', 'desc').limit(2).execute()).toEqual([
      { actor_type: 'operator', detail: expect.objectContaining({ mode: 'open', domains: [] }) },
      { actor_type: 'client', detail: expect.objectContaining({ mode: 'domains', domains: ['example.org'] }) },
    ]);
  });
});

describe('somebody who makes an account', () => {
  beforeEach(() => allow({ mode: 'open', domains: [] }));

  it('verifies the address by a link, then chooses name and password, and signs in as everybody does', async () => {
    const email = anAddress();
    const { person } = await ask(email);
    const { db } = server.database;
    expect(await db.selectFrom('accounts').select('id').where('email', '=', email).execute()).toEqual([]);
    const chosen = await open(person, await lastCode(server, email));
    const weak = await person.submit(chosen, '/sign-up/finish', { name: 'Grace Hopper', password: 'gracehopper1234' });
    expect([weak.response.status, weak.text.includes('guessed first'), weak.text.includes('Grace Hopper')]).toEqual([
      400,
      true,
      true,
    ]);
    const done = await person.submit(chosen, '/sign-up/finish', { name: 'Grace Hopper', password: PASSWORD });
    expect([done.response.status, done.text.includes('Your account is ready')]).toEqual([200, true]);
    expect((await accountOf(server, email)).email_verified_at).not.toBeNull();
    expect((await person.request('/account')).status).toBe(303);
    expect((await checkPassword(db, email, PASSWORD)).ok).toBe(true);
    const again = await person.submit(chosen, '/sign-up/finish', { name: 'Grace Hopper', password: PASSWORD });
    expect(again.response.status).toBe(404);
  });

  it('J11: gets the same answer by the same statements where an account is there, and its person a mail', async () => {
    const ada = await aPerson(server.database);
    const told: { text: string; statements: string[] }[] = [];
    for (const email of [ada.email, anAddress()]) {
      const person = new Person(server.issuer);
      const page = await person.visit('/sign-up');
      let text = '';
      const statements = await statementsDuring(async () => {
        text = (await person.submit(page, '/sign-up', { email })).text.replaceAll(email, '…');
      });
      told.push({ text, statements: statements.filter((statement) => OF_ASKING.test(statement)) });
    }
    expect(told[1]).toEqual(told[0]);
    expect(await lastCode(server, ada.email)).toBe('');
    expect((await mailsTo(server, ada.email))[0]?.text).toContain('You have an account');
  });

  it('cannot use a link that was sent before the policy said no', async () => {
    const email = anAddress();
    const { person } = await ask(email);
    const code = await lastCode(server, email);
    const chosen = await open(person, code);
    await allow({ mode: 'invitation', domains: [] });
    expect(
      (await person.submit(chosen, '/sign-up/finish', { name: 'Grace', password: PASSWORD })).response.status,
    ).toBe(404);
    expect((await open(person, code)).response.status).toBe(400);
  });

  it('has an account once, of several who use one link at once', async () => {
    const email = anAddress();
    const { code } = await makeLink(server.database.db, { kind: 'sign_up', email }, new Date());
    const person = new Person(server.issuer);
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const form = { code, name: 'Grace', password: PASSWORD };
        return (await person.request('/sign-up/finish', { form })).status;
      }),
    );
    expect(statuses.sort()).toEqual([200, 404, 404, 404, 404]);
  });

  it('J22: is not begun by a form of another site', async () => {
    const email = anAddress();
    const headers = { origin: 'https://evil.example' };
    const { status } = await new Person(server.issuer).request('/sign-up', { form: { email }, headers });
    expect([status, await mailsTo(server, email)]).toEqual([403, []]);
  });
});
