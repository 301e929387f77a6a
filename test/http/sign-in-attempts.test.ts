import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer({ trustedProxies: 1 });
  app = await aClient(server.database, { type: 'web' });
});
afterAll(() => server.stop());
afterEach(() => server.database.db.deleteFrom('throttles').execute());

type Credentials = { email: string; password: string };
let addresses = 0;
/** Of a network that nobody else in this file is in. */
const anAddress = () => {
  addresses += 1;
  return `203.0.${Math.floor(addresses / 250)}.${1 + (addresses % 250)}`;
};

/** Sends the form of a sign-in that is under way, from an address of its own. @returns what comes, redirects not followed */
async function send(browser: Person, page: { text: string }, { email, password }: Credentials, from = anAddress()) {
  const [, action = ''] = page.text.match(/action="([^"]*\/sign-in)"/) ?? [];
  const [, csrf = ''] = page.text.match(/name="csrf" value="([^"]*)"/) ?? [];
  const headers = { 'x-forwarded-for': from };
  const response = await browser.request(action, { form: { email, password, csrf }, headers });
  return { status: response.status, text: await response.text(), retryAfter: response.headers.get('retry-after') };
}

const signInPage = (browser: Person) =>
  browser.visit(authorizationUrl(server, app, { scope: 'openid', prompt: 'login' }));

async function attempt(credentials: Credentials, browser = new Person(server.issuer), from?: string) {
  return send(browser, await signInPage(browser), credentials, from);
}

/** As many wrong passwords as a person has, each from a network of its own. */
async function failEverywhere(email: string, times: number): Promise<number[]> {
  const browser = new Person(server.issuer);
  const page = await signInPage(browser);
  const statuses: number[] = [];
  for (let n = 0; n < times; n += 1) statuses.push((await send(browser, page, { email, password: `no ${n}` })).status);
  return statuses;
}

describe('an account that is tried from everywhere', () => {
  it('J09: has at most 100 failures in a row, after which the right password is not looked at either', async () => {
    const ada = await aPerson(server.database);
    const statuses = await failEverywhere(ada.email, 101);
    expect(statuses.filter((status) => status === 400)).toHaveLength(100);
    expect(statuses[100]).toBe(429);
    const right = await attempt(ada);
    expect(right.status).toBe(429);
    expect(right.text).toContain('in which you have done so before');
    expect(Number(right.retryAfter)).toBeGreaterThan(3600);
    expect((await attempt(await aPerson(server.database))).status).toBe(303);
  });

  it('J11: is told the same as an address that nobody has', async () => {
    const statuses = await failEverywhere('nobody-at-all@example.com', 101);
    expect([statuses[99], statuses[100]]).toEqual([400, 429]);
  });

  it('J09: still opens for its person in a browser where they have signed in before, and in no other', async () => {
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const known = new Person(server.issuer);
    expect((await attempt(ada, known)).status).toBe(303);
    await failEverywhere(ada.email, 101);
    const [cookie = ''] = [...known.cookies().values()].filter((value) => value.includes('.'));
    expect(cookie).not.toContain(ada.email);

    const stranger = new Person(server.issuer);
    stranger.setCookie('latchkey_known', `x${cookie}`);
    expect((await attempt(ada, stranger)).status).toBe(429);
    const bobs = new Person(server.issuer);
    expect((await attempt(bob, bobs)).status).toBe(303);
    expect((await attempt(ada, bobs)).status).toBe(429);
    expect((await attempt(ada, known)).status).toBe(303);
  });

  it('J09: is tried 100 times at most with the cookie of one such browser', async () => {
    const ada = await aPerson(server.database);
    const known = new Person(server.issuer);
    await attempt(ada, known);
    const page = await signInPage(known);
    const statuses: number[] = [];
    for (let n = 0; n < 101; n += 1) statuses.push((await send(known, page, { ...ada, password: `no ${n}` })).status);
    expect([statuses[99], statuses[100]]).toEqual([400, 429]);
    expect((await attempt(ada)).status).toBe(303);
  });

  it('J09: starts to count anew after the right password', async () => {
    const ada = await aPerson(server.database);
    await failEverywhere(ada.email, 60);
    expect((await attempt(ada)).status).toBe(303);
    expect(await failEverywhere(ada.email, 60)).not.toContain(429);
  });

  it('is not held up by right passwords from one network, however many', async () => {
    const ada = await aPerson(server.database);
    const from = anAddress();
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await attempt(ada, undefined, from)).status);
    expect(statuses).toEqual(Array(11).fill(303));
  });

  it('counts the addresses of one IPv6 network as one', async () => {
    const ada = await aPerson(server.database);
    const browser = new Person(server.issuer);
    const page = await signInPage(browser);
    const statuses: number[] = [];
    for (let n = 1; n <= 11; n += 1) {
      statuses.push((await send(browser, page, { ...ada, password: 'no' }, `2001:db8:1:2::${n}`)).status);
    }
    expect([statuses[9], statuses[10]]).toEqual([400, 429]);
  });
});

describe('a network that goes on although it has to wait', () => {
  const failures = async (from: string) =>
    (
      await server.database.db
        .selectFrom('audit_events')
        .select('detail')
        .where('type', '=', 'account.sign_in_failed')
        .where('ip', '=', from)
        .orderBy('id')
        .execute()
    ).map(({ detail }) => (detail as { reason: string }).reason);

  it('is one line in the audit trail for each window', async () => {
    const [ada, from, browser] = [await aPerson(server.database), anAddress(), new Person(server.issuer)];
    const page = await signInPage(browser);
    for (let n = 0; n < 30; n += 1) {
      const { status } = await send(browser, page, { email: ada.email, password: `no ${n}` }, from);
      expect(status).toBe(n < 10 ? 400 : 429);
    }
    expect(await failures(from)).toEqual([...Array(10).fill('password'), 'throttled']);
  });

  it('leaves no row for each address that it makes up, and one line for all of them', async () => {
    const [from, browser] = [anAddress(), new Person(server.issuer)];
    const page = await signInPage(browser);
    const rows = async () => (await server.database.db.selectFrom('throttles').select('key').execute()).length;
    const tries = async (count: number, name: string) => {
      for (let n = 0; n < count; n += 1) {
        await send(browser, page, { email: `${name}-${n}@example.com`, password: 'wrong' }, from);
      }
    };
    await tries(101, 'first');
    const before = await rows();
    await tries(20, 'more');
    expect(await rows()).toBe(before);
    expect((await failures(from)).filter((reason) => reason === 'throttled')).toHaveLength(1);
  });
});
