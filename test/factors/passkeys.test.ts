import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { eventsAbout, firstStep, withTotp } from '../support/factors.ts';
import { optionsOn, withPasskey } from '../support/passkeys.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { controlTime, releaseTime, travel } from '../support/time.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(controlTime);
afterEach(releaseTime);

async function aPersonWithPasskey() {
  const ada = await aPerson(server.database);
  return { ada, passkey: await withPasskey(server, ada.account.id) };
}

describe('a passkey in place of address and password', () => {
  it('signs in to an app, and is one of the means that the trail and the account tell of', async () => {
    const { ada, passkey } = await aPersonWithPasskey();
    const app = await aClient(server.database, { type: 'web' });
    const person = new Person(server.issuer);
    const page = await person.visit(authorizationUrl(server, app));
    const { options } = await optionsOn(person, page);
    expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    const consent = await person.submit(page, '/passkey', { answer: passkey.answer(options.challenge) });
    expect(consent.text).toMatch(/action="[^"]*\/consent"/);
    expect(await eventsAbout(server, ada.account.id, 'account.signed_in')).toMatchObject([
      { detail: { secondFactor: 'passkey', clientId: app.clientId } },
    ]);
    const visitor = new Person(server.issuer);
    const portal = await visitor.visit('/sign-in?to=/account/security');
    const asked = await optionsOn(visitor, portal);
    const security = await visitor.submit(portal, '/passkey', { answer: passkey.answer(asked.options.challenge) });
    expect([security.url, security.text.includes('Laptop')]).toEqual([`${server.issuer}/account/security`, true]);
  });

  it.each([
    ['was not confirmed by its owner', { verified: false }],
    ['signs for another origin', { origin: 'https://evil.example.com' }],
    ['signs for another host', { rpId: 'evil.example.com' }],
    ['signs another challenge', { challenge: 'A'.repeat(43) }],
  ])('is refused when it %s', async (_what, manner) => {
    const { ada, passkey } = await aPersonWithPasskey();
    const person = new Person(server.issuer);
    const page = await person.visit('/sign-in');
    const { options } = await optionsOn(person, page);
    const refused = await person.submit(page, '/passkey', { answer: passkey.answer(options.challenge, manner) });
    expect([refused.response.status, refused.text.includes('This passkey is not known here')]).toEqual([400, true]);
    expect(await eventsAbout(server, ada.account.id, 'account.signed_in')).toEqual([]);
  });

  it('is refused when its count does not go up, which is that of a copy', async () => {
    const { passkey } = await aPersonWithPasskey();
    const statuses = [];
    for (const counter of [7, 7]) {
      const person = new Person(server.issuer);
      const page = await person.visit('/sign-in');
      const { options } = await optionsOn(person, page);
      const answer = passkey.answer(options.challenge, { counter });
      statuses.push((await person.submit(page, '/passkey', { answer })).response.status);
    }
    expect(statuses).toEqual([200, 400]);
  });

  it('answers a challenge of its own browser, once, within five minutes, and the newest', async () => {
    const { passkey } = await aPersonWithPasskey();
    const [person, other] = [new Person(server.issuer), new Person(server.issuer)];
    const [page, elsewhere] = [await person.visit('/sign-in'), await other.visit('/sign-in')];
    const { options: older } = await optionsOn(person, page);
    const { options } = await optionsOn(person, page);
    const answer = passkey.answer(options.challenge);
    const sent = [
      await other.submit(elsewhere, '/passkey', { answer }),
      await person.submit(page, '/passkey', { answer: passkey.answer(older.challenge) }),
      await person.submit(page, '/passkey', { answer: passkey.answer(options.challenge) }),
    ];
    expect(sent.map(({ response }) => response.status)).toEqual([400, 400, 200]);
    const again = await person.submit(page, '/passkey', { answer: passkey.answer(options.challenge) });
    expect(again.response.status).toBe(400);
    const late = await optionsOn(other, elsewhere);
    travel(301);
    const refused = await other.submit(elsewhere, '/passkey', { answer: passkey.answer(late.options.challenge) });
    expect(refused.response.status).toBe(400);
    await server.app.jobs.cleanUp();
    expect(await server.database.db.selectFrom('passkey_challenges').selectAll().execute()).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a number', '7'],
    ['parts that are missing', '{"id":"x","rawId":"x","type":"public-key","response":{"clientDataJSON":"e30"}}'],
  ])('is refused for %s, without an error of the server', async (_what, answer) => {
    const person = new Person(server.issuer);
    const refused = await person.submit(await person.visit('/sign-in'), '/passkey', { answer });
    expect(refused.response.status).toBe(400);
  });

  it('is no good for who is disabled, or once it is removed', async () => {
    const [one, two] = [await aPersonWithPasskey(), await aPersonWithPasskey()];
    const { db } = server.database;
    await db.updateTable('accounts').set({ disabled_at: new Date() }).where('id', '=', one.ada.account.id).execute();
    await db.deleteFrom('passkeys').where('id', '=', two.passkey.id).execute();
    for (const { passkey } of [one, two]) {
      const person = new Person(server.issuer);
      const page = await person.visit('/sign-in');
      const { options } = await optionsOn(person, page);
      const refused = await person.submit(page, '/passkey', { answer: passkey.answer(options.challenge) });
      expect(refused.response.status).toBe(400);
    }
  });

  it('J30: a network that answers wrong a hundred times waits, and adds one line more to the trail', async () => {
    const { passkey } = await aPersonWithPasskey();
    const { db } = server.database;
    travel(3600);
    const person = new Person(server.issuer);
    const page = await person.visit('/sign-in');
    const lines = async () =>
      (await db.selectFrom('audit_events').select('id').where('type', '=', 'account.sign_in_failed').execute()).length;
    const before = await lines();
    const statuses: number[] = [];
    for (let tries = 0; tries < 103; tries += 1)
      statuses.push((await person.submit(page, '/passkey', { answer: '{}' })).response.status);
    expect(statuses).toEqual([...Array<number>(100).fill(400), 429, 429, 429]);
    expect((await lines()) - before).toBe(101);
    const { options } = await optionsOn(person, page);
    const refused = await person.submit(page, '/passkey', { answer: passkey.answer(options.challenge) });
    expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([429, '600']);
    travel(601);
    const later = await person.visit('/sign-in');
    const { options: newer } = await optionsOn(person, later);
    const signedIn = await person.submit(later, '/passkey', { answer: passkey.answer(newer.challenge) });
    expect(signedIn.url).toBe(`${server.issuer}/`);
  });
});

describe('a passkey after the password', () => {
  it('is asked for by its id, need not know its owner, and no other person’s does', async () => {
    const { ada, passkey } = await aPersonWithPasskey();
    const { passkey: another } = await aPersonWithPasskey();
    const person = new Person(server.issuer);
    const asked = await firstStep(person, '/sign-in', ada);
    expect([asked.url.endsWith('/second-step'), asked.text.includes('name="code"')]).toEqual([true, false]);
    const { options } = await optionsOn(person, asked);
    expect(options.allowCredentials?.map(({ id }) => id)).toEqual([passkey.id]);
    const wrong = another.answer(options.challenge, { verified: false });
    const refused = await person.submit(asked, '/passkey', { answer: wrong });
    expect([refused.response.status, refused.text.includes(ada.email)]).toEqual([400, true]);
    const right = passkey.answer(options.challenge, { verified: false });
    expect((await person.submit(refused, '/passkey', { answer: right })).url).toBe(`${server.issuer}/`);
  });

  it('stands beside the code of an authenticator app', async () => {
    const { ada } = await aPersonWithPasskey();
    const code = await withTotp(server, ada);
    const person = new Person(server.issuer);
    const asked = await firstStep(person, '/sign-in', ada);
    expect(asked.text).toContain('Use a passkey');
    expect((await person.submit(asked, '/second-step', { code: code() })).url).toBe(`${server.issuer}/`);
  });
});

describe('the passkeys of a person', () => {
  it('J21: are removed by the person, not by others, and need a recent sign-in', async () => {
    const [one, two] = [await aPersonWithPasskey(), await aPersonWithPasskey()];
    const visitor = new Person(server.issuer);
    const page = await visitor.visit('/sign-in');
    const { options } = await optionsOn(visitor, page);
    await visitor.submit(page, '/passkey', { answer: one.passkey.answer(options.challenge) });
    const path = (id: string) => `/account/factors/passkeys/${id}/remove`;
    expect((await visitor.visit(path(two.passkey.id))).response.status).toBe(404);
    const removed = await visitor.submit(await visitor.visit(path(one.passkey.id)), '/remove');
    expect(removed.text).toContain('The passkey is removed.');
    expect(await eventsAbout(server, one.ada.account.id, 'account.factor_removed')).toHaveLength(1);
    travel(601);
    expect((await visitor.visit('/account/factors/passkeys')).text).toContain('name="password"');
  });

  it('are not added without an answer to the challenge of this visit', async () => {
    const visitor = await aVisitor(server);
    const path = '/account/factors/passkeys';
    const page = await visitor.visit(path);
    await visitor.request(`${path}/options`, {
      form: { csrf: /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '' },
    });
    const refused = await visitor.submit(page, path, { name: 'Laptop', answer: '{"id":"x"}' });
    expect([refused.response.status, refused.text.includes('does not fit')]).toEqual([400, true]);
    expect(refused.text).toContain('value="Laptop"');
  });
});
