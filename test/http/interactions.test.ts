import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

type Page = Awaited<ReturnType<Person['visit']>>;
const anApp = () => aClient(server.database, { type: 'web' });
const shownOn = (page: { text: string }) => page.text.match(/name="shown" value="([^"]*)"/)?.[1] ?? '';
const csrfOf = (page: { text: string }) => page.text.match(/name="csrf" value="([^"]*)"/)?.[1] ?? '';

async function atConsent(app: { clientId: string }, changes: Record<string, string | undefined> = {}) {
  const person = new Person(server.issuer);
  const login = await person.visit(authorizationUrl(server, app, changes));
  const consent = await person.submit(login, '/sign-in', ada);
  expect(consent.text).toMatch(/action="[^"]*\/consent"/);
  return { person, login, consent };
}

const send = (person: Person, page: Page, action: string, form: Record<string, string>, headers = {}) =>
  person.request(`${page.url}/${action}`, { form: { shown: shownOn(page), ...form }, headers });

async function grantsOf(clientId: string) {
  const rows = await server.database.db
    .selectFrom('artifacts')
    .select('model')
    .where('client_id', '=', clientId)
    .where('model', 'in', ['Grant', 'AuthorizationCode'])
    .execute();
  return rows.length;
}

describe('consent', () => {
  it('I05: is asked before anything is given, in words, with the app and where it leads', async () => {
    const api = await anApi(server.database, {
      name: 'Weather',
      scopes: [{ name: 'weather:read', description: 'Read the forecast' }],
    });
    const subscriptions = [{ api: api.identifier, scopes: ['weather:read'] }];
    const app = await aClient(server.database, { type: 'web', name: 'Sunny dashboard', subscriptions });
    const { consent } = await atConsent(app, {
      scope: 'openid profile offline_access weather:read',
      prompt: 'consent',
      resource: api.identifier,
    });
    for (const words of [
      'Sunny dashboard',
      'Weather',
      'Read the forecast',
      'See your profile',
      'while you are away',
      'app.example.com',
      ada.email,
    ]) {
      expect(consent.text).toContain(words);
    }
    expect(await grantsOf(app.clientId)).toBe(0);
  });

  it('I05: cannot be skipped by going on without it', async () => {
    const app = await anApp();
    const { person, consent } = await atConsent(app);
    const resume = consent.url.replace('/interaction/', '/auth/');
    const posted = await person.request(resume, { form: { csrf: csrfOf(consent) } });
    expect(posted.headers.get('location') ?? '').not.toContain('code=');
    const resumed = await person.visit(resume);
    expect(resumed.leftTo).toBeUndefined();
    expect(resumed.text).toMatch(/action="[^"]*\/consent"/);
    expect(await grantsOf(app.clientId)).toBe(0);
  });

  it('I05: cannot be skipped by posting it before the sign-in', async () => {
    const app = await anApp();
    const person = new Person(server.issuer);
    const login = await person.visit(authorizationUrl(server, app));
    const response = await send(person, login, 'consent', { csrf: csrfOf(login) });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('sign_in_expired');
    expect((await person.visit(login.url.replace('/interaction/', '/auth/'))).leftTo).toBeUndefined();
    expect(await grantsOf(app.clientId)).toBe(0);
  });

  it('I05: is not taken where a fresh sign-in is asked for, nor a sign-in where consent is', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const login = await person.visit(authorizationUrl(server, app, { prompt: 'login consent' }));
    expect(login.text).toContain('name="password"');
    expect((await send(person, login, 'consent', { csrf: csrfOf(login) })).status).toBe(400);
    const { person: other, consent } = await atConsent(await anApp());
    const form = { csrf: csrfOf(consent), email: ada.email, password: ada.password };
    expect((await send(other, consent, 'sign-in', form)).status).toBe(400);
  });

  it('I05: counts once: the same form again gives no second code', async () => {
    const app = await anApp();
    const { person, consent } = await atConsent(app);
    const first = await send(person, consent, 'consent', { csrf: csrfOf(consent) });
    const resume = first.headers.get('location') ?? '';
    expect((await person.visit(resume)).leftTo?.searchParams.get('code')).toBeTruthy();
    expect((await send(person, consent, 'consent', { csrf: csrfOf(consent) })).status).toBe(400);
    const again = await person.visit(resume);
    expect([again.response.status, again.leftTo]).toEqual([400, undefined]);
  });
});

describe('the forms of a sign-in', () => {
  it.each([
    ['without a token', {}, {}],
    ['with an empty token', { csrf: '' }, {}],
    ['with a made-up token', { csrf: 'x'.repeat(43) }, {}],
    ['from another site, by its origin', undefined, { origin: 'https://evil.example' }],
    ['from another site, as the browser says', undefined, { 'sec-fetch-site': 'cross-site' }],
  ] as const)('I06: are refused %s', async (_how, form, headers) => {
    const app = await anApp();
    const { person, consent } = await atConsent(app);
    const browser = new Person(server.issuer);
    const login = await browser.visit(authorizationUrl(server, app));

    const signIn = { ...(form ?? { csrf: csrfOf(login) }), email: ada.email, password: ada.password };
    const refused = [
      await send(browser, login, 'sign-in', signIn, headers),
      await send(browser, login, 'cancel', form ?? { csrf: csrfOf(login) }, headers),
      await send(person, consent, 'consent', form ?? { csrf: csrfOf(consent) }, headers),
      await send(person, consent, 'cancel', form ?? { csrf: csrfOf(consent) }, headers),
    ];
    for (const response of refused) {
      expect(response.status).toBe(403);
      expect(response.headers.get('location')).toBeNull();
      expect(await response.text()).toContain('csrf_failed');
    }
    expect([...browser.cookies().keys()]).not.toContain('latchkey_session');
    expect(await grantsOf(app.clientId)).toBe(0);
    expect((await person.submit(consent, '/consent')).leftTo?.searchParams.get('code')).toBeTruthy();
  });

  it('I06: are refused with the token of another sign-in', async () => {
    const app = await anApp();
    const [mine, theirs] = [await atConsent(app), await atConsent(app)];
    const response = await send(mine.person, mine.consent, 'consent', { csrf: csrfOf(theirs.consent) });
    expect(response.status).toBe(403);
  });

  it('I06: have cookies that scripts cannot read and other sites do not send along', async () => {
    const person = new Person(server.issuer);
    const lines: string[] = [];
    const started = await person.request(authorizationUrl(server, await anApp()));
    lines.push(...started.headers.getSetCookie());
    const login = await person.visit(started.headers.get('location') ?? '');
    const signedIn = await send(person, login, 'sign-in', { csrf: csrfOf(login), ...ada, account: '' });
    lines.push(...(await person.request(signedIn.headers.get('location') ?? '')).headers.getSetCookie());
    const live = lines.filter((line) => !line.includes('expires=Thu, 01 Jan 1970'));
    expect(live.some((line) => line.startsWith('latchkey_session='))).toBe(true);
    for (const line of live) {
      expect(line).toMatch(/; httponly/i);
      expect(line).toMatch(/; samesite=lax/i);
    }
  });
});

describe('a session', () => {
  const session = (person: Person) => person.cookies().get('latchkey_session');

  it('J17: gets a new id with each sign-in, and the old one is dead', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    const [id, signature] = ['latchkey_session', 'latchkey_session.sig'].map(
      (name) => person.cookies().get(name) ?? '',
    );
    const login = await person.visit(authorizationUrl(server, app, { prompt: 'login' }));
    await person.submit(login, '/sign-in', ada);
    expect(session(person)).toBeTruthy();
    expect(session(person)).not.toBe(id);

    const thief = new Person(server.issuer);
    thief.setCookie('latchkey_session', id ?? '');
    thief.setCookie('latchkey_session.sig', signature ?? '');
    const { leftTo } = await thief.visit(authorizationUrl(server, app, { prompt: 'none' }));
    expect(leftTo?.searchParams.get('error')).toBe('login_required');
  });

  it('J17: never takes an id from the browser', async () => {
    const app = await anApp();
    const person = new Person(server.issuer);
    person.setCookie('latchkey_session', 'chosen-by-someone-else');
    await person.authorize(authorizationUrl(server, app), ada);
    expect(session(person)).toBeTruthy();
    expect(session(person)).not.toBe('chosen-by-someone-else');
  });

  it('J17: needs its signature', async () => {
    const app = await anApp();
    const { person } = await signIn(server, app, ada);
    person.setCookie('latchkey_session.sig', 'x'.repeat(27));
    const { leftTo } = await person.visit(authorizationUrl(server, app, { prompt: 'none' }));
    expect(leftTo?.searchParams.get('error')).toBe('login_required');
  });

  it('J22: cannot be started in one browser and finished in another', async () => {
    const app = await anApp();
    const { consent, login } = await atConsent(app);
    const victim = new Person(server.issuer);
    await victim.visit(authorizationUrl(server, app));
    for (const page of [login, consent]) {
      expect((await victim.visit(page.url)).response.status).toBe(400);
      const resumed = await victim.visit(page.url.replace('/interaction/', '/auth/'));
      expect([resumed.response.status, resumed.leftTo]).toEqual([400, undefined]);
      for (const action of ['sign-in', 'consent', 'cancel']) {
        const form = { csrf: csrfOf(page), email: ada.email, password: ada.password };
        expect((await send(victim, page, action, form)).status).toBe(400);
      }
    }
    expect(session(victim)).toBeUndefined();
  });

  it('J22: cannot be swapped in by the cookie of another interaction', async () => {
    const app = await anApp();
    const attacker = await atConsent(app);
    const victim = new Person(server.issuer);
    const own = await victim.visit(authorizationUrl(server, app));
    const [name, value] = ['latchkey_interaction', new URL(own.url).pathname.split('/')[2] ?? ''];
    const signature = victim.cookies().get(`${name}.sig`) ?? '';
    const mixed = new Person(server.issuer);
    mixed.setCookie(name, value);
    mixed.setCookie(`${name}.sig`, signature);
    expect((await mixed.visit(own.url)).response.status).toBe(200);
    expect((await mixed.visit(attacker.consent.url)).response.status).toBe(400);
    mixed.setCookie(name, new URL(attacker.consent.url).pathname.split('/')[2] ?? '');
    expect((await mixed.visit(attacker.consent.url)).response.status).toBe(400);
  });
});
