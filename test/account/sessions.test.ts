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

type Someone = Awaited<ReturnType<typeof aPerson>>;

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

/** A browser that says what it is. */
class Browser extends Person {
  readonly #agent: string;
  constructor(agent: string) {
    super(server.issuer);
    this.#agent = agent;
  }

  override request(url: string, init: Parameters<Person['request']>[1] = {}) {
    return super.request(url, { ...init, headers: { 'user-agent': this.#agent, ...init.headers } });
  }
}

async function open(someone: Someone, agent = FIREFOX): Promise<Person> {
  const browser = new Browser(agent);
  await browser.submit(await browser.visit('/sign-in'), '/sign-in', someone);
  return browser;
}

const PATH = '/account/sessions';
const endingsOn = (text: string) =>
  [...text.matchAll(/action="(\/account\/sessions\/\w{64}\/end)"/g)].map(([, to]) => to ?? '');

/** Whether a browser is still known: to the portal, and to the server that apps send it to. */
const isKnown = async (browser: Person) => [
  (await browser.request('/account')).status === 200,
  !(await browser.visit(authorizationUrl(server, app))).text.includes('name="password"'),
];

describe('the sessions of a person', () => {
  it('J20: are listed with browser, system and network in words, and this one is marked', async () => {
    const ada = await aPerson(server.database);
    const here = await open(ada);
    await open(ada, SAFARI);
    const { text } = await here.visit(PATH);
    for (const words of ['Firefox on Linux', 'Safari on iOS', 'this one', '127.0.0.1']) expect(text).toContain(words);
    expect(endingsOn(text)).toHaveLength(1);
    const kept = await server.database.db
      .selectFrom('portal_sessions')
      .selectAll()
      .where('account_id', '=', ada.account.id)
      .execute();
    expect(JSON.stringify(kept)).not.toContain('Gecko');
  });

  it('J19, J20: one is ended and dead at once, in the portal and for apps; the others go on', async () => {
    const ada = await aPerson(server.database);
    const [here, there] = [await open(ada), await open(ada, SAFARI)];
    const page = await here.visit(PATH);
    const [ending = ''] = endingsOn(page.text);
    const done = await here.submit(page, ending);
    expect(done.text).toContain('The session is ended.');
    expect(done.text).not.toContain('Safari');
    expect([await isKnown(here), await isKnown(there)]).toEqual([
      [true, true],
      [false, false],
    ]);
    expect((await here.submit(page, ending)).response.status).toBe(404);
  });

  it('J20: all others are ended together', async () => {
    const ada = await aPerson(server.database);
    const here = await open(ada);
    const others = [await open(ada, SAFARI), await open(ada, 'curl')];
    const done = await here.submit(await here.visit(PATH), `${PATH}/end-others`);
    expect(done.text).toContain('You are signed out everywhere else.');
    expect(endingsOn(done.text)).toEqual([]);
    expect(await isKnown(here)).toEqual([true, true]);
    for (const other of others) expect(await isKnown(other)).toEqual([false, false]);
  });

  it('of somebody else cannot be named, and are not listed', async () => {
    const [ada, bob] = [await aPerson(server.database), await aPerson(server.database)];
    const [here, stranger] = [await open(ada), await open(bob, SAFARI)];
    await open(ada, SAFARI);
    const [ending = ''] = endingsOn((await here.visit(PATH)).text);
    const theirs = await stranger.visit(PATH);
    expect(endingsOn(theirs.text)).toEqual([]);
    const csrf = /name="csrf" value="([^"]+)"/.exec(theirs.text)?.[1] ?? '';
    expect((await stranger.request(ending, { form: { csrf } })).status).toBe(404);
    await stranger.request(`${PATH}/end-others`, { form: { csrf } });
    expect(endingsOn((await here.visit(PATH)).text)).toEqual([ending]);
  });

  it('J19: one that has ended is not written back by a request under way', async () => {
    const ada = await aPerson(server.database);
    const [here, there] = [await open(ada), await open(ada, SAFARI)];
    const { db } = server.database;
    const before = await db
      .selectFrom('artifacts')
      .selectAll()
      .where('model', '=', 'Session')
      .where('account_id', '=', ada.account.id)
      .execute();
    const page = await here.visit(PATH);
    await here.submit(page, endingsOn(page.text)[0] ?? '');
    const [left] = await db
      .selectFrom('artifacts')
      .select('uid_hash')
      .where('model', '=', 'Session')
      .where('account_id', '=', ada.account.id)
      .execute();
    const ended = before.filter(({ uid_hash: hash }) => Buffer.compare(hash as Buffer, left?.uid_hash as Buffer) !== 0);
    expect(ended).toHaveLength(1);
    // As a request writes it that read it before.
    for (const row of ended) {
      await db
        .insertInto('artifacts')
        .values({ ...row, payload: JSON.stringify(row.payload) })
        .execute();
    }
    expect(await isKnown(there)).toEqual([false, false]);
  });
});
