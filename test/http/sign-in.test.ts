import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer();
  app = await aClient(server.database, { type: 'web' });
});
afterAll(() => server.stop());

type Credentials = { email: string; password: string };

async function attempt(credentials: Credentials, person = new Person(server.issuer)) {
  const login = await person.visit(authorizationUrl(server, app));
  return person.submit(login, '/sign-in', { email: credentials.email, password: credentials.password });
}

/** A page without what differs from visit to visit. */
const textOf = (text: string, email: string) =>
  text
    .replaceAll(/\/interaction\/[\w-]+/g, '/interaction/…')
    .replaceAll(/visit=[\w-]+/g, 'visit=…')
    .replaceAll(/name="csrf" value="[^"]*"/g, 'name="csrf"')
    .replaceAll(email, 'EMAIL');

const disable = (id: string) =>
  server.database.db.updateTable('accounts').set({ disabled_at: new Date() }).where('id', '=', id).execute();

const eventsOf = (accountId: string | null, type: string) =>
  server.database.db
    .selectFrom('audit_events')
    .selectAll()
    .where('type', '=', type)
    .where('account_id', accountId === null ? 'is' : '=', accountId)
    .orderBy('at')
    .execute();

describe('signing in', () => {
  it('J11: says the same of an unknown address, a wrong password and a disabled account', async () => {
    const [ada, disabled] = [await aPerson(server.database), await aPerson(server.database)];
    await disable(disabled.account.id);
    const unknown = { email: 'nobody@example.com', password: ada.password };
    const wrong = { email: ada.email, password: 'not the right password' };
    const answers = await Promise.all(
      [unknown, wrong, disabled].map(async (credentials) => {
        const { response, text, leftTo } = await attempt(credentials);
        expect(leftTo).toBeUndefined();
        return { status: response.status, text: textOf(text, credentials.email) };
      }),
    );
    expect(answers[0]?.status).toBe(400);
    expect(answers[0]?.text).toContain('do not go together');
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect((await attempt(ada)).text).toMatch(/action="[^"]*\/consent"/);
  });

  it('is by the address in any spelling of its case, and by the exact password', async () => {
    const ada = await aPerson(server.database);
    const { email, password } = ada;
    expect((await attempt({ email: ` ${email.toUpperCase()} `, password })).text).toMatch(/\/consent"/);
    for (const other of [password.toUpperCase(), `${password} `, password.slice(0, -1), '']) {
      expect((await attempt({ email, password: other })).response.status).toBe(400);
    }
  });

  it('J08: takes the same password from another keyboard', async () => {
    const ada = await aPerson(server.database, { password: 'größere Brücken über Flüsse'.normalize('NFC') });
    const decomposed = ada.password.normalize('NFD');
    expect(decomposed).not.toBe(ada.password);
    expect((await attempt({ email: ada.email, password: decomposed })).text).toMatch(/\/consent"/);
  });

  it('keeps the address in the form and never the password', async () => {
    const ada = await aPerson(server.database);
    const { text } = await attempt({ email: ada.email, password: 'a secret nobody should see' });
    expect(text).toContain(`value="${ada.email}"`);
    expect(text).not.toContain('a secret nobody should see');
    expect(text).toMatch(/autocomplete="current-password"/);
    expect(text).toMatch(/autocomplete="username webauthn"/);
  });

  it('J09: is slowed down after too many wrong passwords, for this person only', async () => {
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const person = new Person(server.issuer);
    let page = await attempt({ email: ada.email, password: 'wrong' }, person);
    for (let attempts = 1; attempts < 15 && page.response.status !== 429; attempts += 1) {
      expect(page.response.status).toBe(400);
      page = await person.submit(page, '/sign-in', { email: ada.email, password: `wrong ${attempts}` });
    }
    expect(page.response.status).toBe(429);
    expect(Number(page.response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(page.text).toContain('Too many attempts');
    const right = await person.submit(page, '/sign-in', { email: ada.email, password: ada.password });
    expect(right.response.status).toBe(429);
    expect((await attempt(bob)).text).toMatch(/\/consent"/);
    const reasons = (await eventsOf(null, 'account.sign_in_failed')).map(({ detail }) => detail.reason);
    expect(reasons).toContain('throttled');
  });

  it('J09: is not tried more often by trying all at once', async () => {
    const ada = await aPerson(server.database);
    const person = new Person(server.issuer);
    const page = await attempt({ email: ada.email, password: 'wrong' }, person);
    const tries = Array.from({ length: 30 }, (_, n) =>
      person.submit(page, '/sign-in', { email: ada.email, password: `wrong ${n}` }),
    );
    const statuses = (await Promise.all(tries)).map(({ response }) => response.status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(9);
    expect(statuses.filter((status) => status === 429)).toHaveLength(21);
  });

  it('J30: is written to the audit trail, with who, from where and for which app', async () => {
    const ada = await aPerson(server.database);
    await attempt(ada);
    const [event] = await eventsOf(ada.account.id, 'account.signed_in');
    expect(event).toMatchObject({
      actor_type: 'account',
      actor_id: ada.account.id,
      client_id: app.clientId,
      ip: expect.stringMatching(/^[\d.:a-f]+$/),
      request_id: expect.any(String),
    });
  });

  it('J30: that fails is written to the audit trail, with its reason', async () => {
    const ada = await aPerson(server.database);
    await attempt({ ...ada, password: 'wrong' });
    await disable(ada.account.id);
    await attempt(ada);
    const events = await eventsOf(ada.account.id, 'account.sign_in_failed');
    expect(events.map(({ detail }) => detail.reason)).toEqual(['password', 'disabled']);
    expect(await eventsOf(ada.account.id, 'account.signed_in')).toEqual([]);
    const before = (await eventsOf(null, 'account.sign_in_failed')).length;
    await attempt({ email: 'nobody-else@example.com', password: 'wrong' });
    const unknown = await eventsOf(null, 'account.sign_in_failed');
    expect(unknown).toHaveLength(before + 1);
    expect(unknown.at(-1)?.detail).toMatchObject({ reason: 'unknown' });
    expect(JSON.stringify(unknown)).not.toContain('nobody-else');
  });

  it('ends the access of a person who is disabled in the middle of it', async () => {
    const ada = await aPerson(server.database);
    const person = new Person(server.issuer);
    const consent = await attempt(ada, person);
    await disable(ada.account.id);
    const { leftTo } = await person.submit(consent, '/consent');
    expect(leftTo?.searchParams.get('code') ?? null).toBeNull();
  });

  it('J29: leaves no password, cookie, code or form token in the log', async () => {
    const ada = await aPerson(server.database, { password: 'a password to look for' });
    const person = new Person(server.issuer);
    const consent = await attempt(ada, person);
    const csrf = consent.text.match(/name="csrf" value="([^"]*)"/)?.[1] ?? '';
    const interaction = new URL(consent.url).pathname.split('/')[2] ?? '';
    const { leftTo } = await person.submit(consent, '/consent');
    const log = server.logged.join('');
    expect(log).toContain('"path":"/auth"');
    const secrets = [ada.password, encodeURIComponent(ada.password), 'a+password+to+look+for', csrf, interaction];
    for (const secret of [...secrets, leftTo?.searchParams.get('code') ?? '', ...person.cookies().values()]) {
      expect(secret).not.toBe('');
      expect(log).not.toContain(secret);
    }
    expect(log).not.toContain(ada.email);
  });

  it('J31: writes one log line for one request, whatever the address holds', async () => {
    const before = server.logged.length;
    await attempt({ email: 'x\r\n{"level":60,"msg":"forged"}\u001b[31m@example.com', password: 'wrong' });
    const lines = server.logged.slice(before).join('').trim().split('\n').filter(Boolean);
    for (const line of lines) expect(JSON.parse(line)).not.toHaveProperty('level', 60);
  });
});
