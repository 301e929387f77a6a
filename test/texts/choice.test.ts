import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { accountOf, aVisitor } from '../support/portal.ts';
import { authorizationUrl, CALLBACK } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let app: Awaited<ReturnType<typeof aClient>>;
beforeAll(async () => {
  server = await startTestServer();
  app = await aClient(server.database, { type: 'web' });
});
afterAll(() => server.stop());

/** A browser that asks for languages. */
class Reader extends Person {
  readonly languages: string;

  constructor(languages: string) {
    super(server.issuer);
    this.languages = languages;
  }

  override request(url: string, init: Parameters<Person['request']>[1] = {}) {
    return super.request(url, { ...init, headers: { 'accept-language': this.languages, ...init.headers } });
  }
}

const languageOf = (page: { text: string }) =>
  /<html lang="(\w+)" data-theme="\w+" dir="(\w+)"/.exec(page.text)?.slice(1).join(' ');
const askedBy = (locales?: string) =>
  authorizationUrl(server, app, { scope: 'openid', prompt: 'login', ...(locales ? { ui_locales: locales } : {}) });

describe('the language of a page', () => {
  it.each([
    ['', 'en ltr'],
    ['de', 'de ltr'],
    ['de-AT, en;q=0.9', 'de ltr'],
    ['fr, de;q=0.5, en;q=0.8', 'en ltr'],
    ['ar-EG', 'ar rtl'],
    ['DE-de', 'de ltr'],
    ['en;q=0, de;q=0.001', 'de ltr'],
    ['fr, *', 'en ltr'],
    ['*', 'en ltr'],
    ['de;q=x, ar;q=0.2', 'ar rtl'],
    [';;;,,,q=1', 'en ltr'],
    ['__proto__, constructor', 'en ltr'],
    [`${Array.from({ length: 60 }, (_, n) => `x-${n}`).join(',')},de`, 'en ltr'],
    ['de,'.repeat(2000), 'en ltr'],
  ])('is what the browser asks for, with Accept-Language: %s', async (languages, expected) => {
    const page = await new Reader(languages).visit('/');
    expect([page.response.status, languageOf(page)]).toEqual([200, expected]);
    expect(page.response.headers.get('content-language')).toBe(expected.slice(0, 2));
    expect(page.response.headers.get('vary')).toMatch(/\bAccept-Language\b/i);
  });

  it('is that of the browser also on a page about an error', async () => {
    const page = await new Reader('de').visit('/nothing-here');
    expect([page.response.status, languageOf(page)]).toEqual([404, 'de ltr']);
  });

  it.each([
    ['de', 'de ltr'],
    ['fr-CA fr ar de', 'ar rtl'],
    ['de-CH-1996', 'de ltr'],
    ['tlh', 'en ltr'],
    ['de '.repeat(400), 'en ltr'],
    ['\u0000 ../../etc', 'en ltr'],
    ['__proto__', 'en ltr'],
  ])('is what the app asks for by ui_locales: %j', async (locales, expected) => {
    const page = await new Reader('en').visit(askedBy(locales).replace('%00', ''));
    expect([page.response.status, languageOf(page)]).toEqual([200, expected]);
  });

  it('is what the app asks for also when the request is refused', async () => {
    const wrong = new URL(askedBy('de'));
    wrong.searchParams.set('redirect_uri', 'https://elsewhere.example.com/');
    const page = await new Reader('en').visit(wrong.href);
    expect([page.response.status, languageOf(page)]).toEqual([400, 'de ltr']);
  });

  it('is chosen at the foot of a page, which it leads back to, and kept', async () => {
    const reader = new Reader('ar');
    const page = await reader.visit('/?from=here');
    expect(page.text).toMatch(/value="ar" lang="ar" dir="rtl" aria-pressed="true">العربية</);
    const german = await reader.submit(page, '/language', { language: 'de' });
    expect([german.url, languageOf(german)]).toEqual([`${server.issuer}/?from=here`, 'de ltr']);
    expect(languageOf(await reader.visit('/nothing-here'))).toBe('de ltr');
  });

  it('that was chosen before is weaker than what an app asks for, and chosen on its page it is stronger', async () => {
    const reader = new Reader('ar');
    await reader.submit(await reader.visit('/'), '/language', { language: 'en' });
    const page = await reader.visit(askedBy('de'));
    expect(languageOf(page)).toBe('de ltr');
    const english = await reader.submit(page, '/language', { language: 'en' });
    expect(languageOf(english)).toBe('en ltr');
    const again = await reader.submit(english, '/sign-in', { email: 'nobody@example.com', password: 'wrong' });
    expect([again.response.status, languageOf(again)]).toEqual([400, 'en ltr']);
    // The page that answers a form can be had in another language too: it leads back to where the form was.
    const arabic = await reader.submit(again, '/language', { language: 'ar' });
    expect([arabic.url, languageOf(arabic)]).toEqual([page.url, 'ar rtl']);
  });

  it('leads nowhere else, is one that there is, and is not chosen by another site', async () => {
    const reader = new Reader('en');
    const send = (form: Record<string, string>, headers: Record<string, string> = {}) =>
      reader.request('/language', { form, headers });
    const away = await send({ language: 'de', to: 'https://evil.example/' });
    expect([away.status, away.headers.get('location')]).toEqual([303, '/']);
    expect((await send({ language: 'xx', to: '/' })).status).toBe(400);
    expect((await send({ language: '__proto__', to: '/' })).status).toBe(400);
    expect((await send({ language: 'de', to: '/' }, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await send({ language: 'de', to: '/' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it.each(['xx', 'de'.repeat(4000), '%00', '__proto__'])(
    'is not changed by a cookie that we never set: %s',
    async (value) => {
      const reader = new Reader('de');
      reader.setCookie('latchkey_language', value);
      reader.setCookie('latchkey_zone', value);
      expect(languageOf(await reader.visit('/'))).toBe('de ltr');
    },
  );
});

describe('the language and the time zone of a person', () => {
  it('are kept with the account, and are there in every browser, whatever that asks for', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const page = await visitor.visit('/preferences');
    const saved = await visitor.submit(page, '/preferences', { language: 'de', timeZone: 'europe/berlin' });
    expect(languageOf(saved)).toBe('de ltr');
    expect(saved.text).toContain('Sprache und Zeit sind gespeichert.');
    expect(await accountOf(server, ada.email)).toMatchObject({ language: 'de', time_zone: 'Europe/Berlin' });

    const elsewhere = new Reader('ar');
    elsewhere.setCookie('latchkey_zone', 'Asia/Tokyo');
    const home = await elsewhere.submit(await elsewhere.visit('/sign-in?to=/preferences'), '/sign-in', ada);
    expect([home.url, languageOf(home)]).toEqual([`${server.issuer}/preferences`, 'de ltr']);
    expect(home.text).toMatch(/Dort ist es [^<]*ME/);
  });

  it('are chosen in the menu of the portal, which leads back to the page', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const german = await visitor.submit(await visitor.visit('/teams'), '/preferences/language', { language: 'de' });
    expect([german.url, languageOf(german)]).toEqual([`${server.issuer}/teams`, 'de ltr']);
    expect(german.text).toContain('Abmelden');
    // What the menu does not ask about stays.
    expect(await accountOf(server, ada.email)).toMatchObject({ language: 'de', time_zone: null });
  });

  it('are those of the browser where nothing is chosen', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    await visitor.submit(await visitor.visit('/preferences'), '/preferences', {
      language: 'ar',
      timeZone: 'Asia/Tokyo',
    });
    const back = await visitor.submit(await visitor.visit('/preferences'), '/preferences', {
      language: '',
      timeZone: '',
    });
    visitor.setCookie('latchkey_zone', 'America/New_York');
    expect(languageOf(back)).toBe('en ltr');
    const page = await visitor.visit('/preferences');
    expect(page.text).toMatch(/It is [^<]* (EST|EDT|GMT-\d) there/);
  });

  it('are of consent too, unless the app asks for another language', async () => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    await visitor.submit(await visitor.visit('/preferences'), '/preferences/language', { language: 'de' });
    visitor.setCookie('latchkey_language', 'en');
    const consent = (locales: Record<string, string>) =>
      visitor.visit(authorizationUrl(server, app, { scope: 'openid email', prompt: 'consent', ...locales }));
    expect(languageOf(await consent({}))).toBe('de ltr');
    expect(languageOf(await consent({ ui_locales: 'ar' }))).toBe('ar rtl');
    const agreed = await visitor.submit(await consent({ ui_locales: 'ar' }), '/consent');
    expect(agreed.leftTo?.href).toContain(CALLBACK);
  });

  it.each([
    [{ language: 'xx', timeZone: '' }, 'There is no such language here.'],
    [{ language: 'de', timeZone: 'Mars/Olympus' }, 'There is no time zone of this name.'],
    [{ language: 'de', timeZone: '+01:00' }, 'There is no time zone of this name.'],
    [{ language: 'de', timeZone: `Europe/${'x'.repeat(5000)}` }, 'There is no time zone of this name.'],
  ])('are those that there are: %j', async (fields, problem) => {
    const ada = await aPerson(server.database);
    const visitor = await aVisitor(server, ada);
    const page = await visitor.submit(await visitor.visit('/preferences'), '/preferences', fields);
    expect(page.response.status).toBe(400);
    expect(page.text).toContain(problem);
    expect(await accountOf(server, ada.email)).toMatchObject({ language: null, time_zone: null });
  });
});

describe('what programs read', () => {
  it('is in English, whatever they ask for', async () => {
    const headers = { 'accept-language': 'de', 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${server.issuer}/token`, { method: 'POST', headers, body: 'grant_type=password' });
    expect(answer.headers.get('content-language')).toBeNull();
    const admin = await fetch(`${server.issuer}/api/v1/apps`, { headers });
    expect(await admin.text()).toContain('The access token is missing, or not valid here.');
  });

  it('names the languages that there are', async () => {
    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ ui_locales_supported: ['en', 'de', 'ar'] });
  });
});
