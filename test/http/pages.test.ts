import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, enterCode, startDevice } from '../support/device.ts';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let pages: Map<string, { text: string; response: Response }>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  pages = await visitEveryPage();
});
afterAll(() => server.stop());

const PAGES = [
  'sign-in',
  'wrong password',
  'consent',
  'error',
  'no such app',
  'sign-out',
  'signed-out',
  'home',
  'form_post',
  'device code',
  'device code in the address',
  'device confirmation',
  'device connected',
  'device denied',
];

async function visitEveryPage() {
  const app = await aClient(server.database, { type: 'web' });
  const person = new Person(server.issuer);
  const login = await person.visit(authorizationUrl(server, app));
  const wrong = await person.submit(login, '/sign-in', { email: ada.email, password: 'not the right password' });
  const consent = await person.submit(wrong, '/sign-in', ada);
  await person.submit(consent, '/consent');
  const posted = await person.visit(authorizationUrl(server, app, { response_mode: 'form_post' }));
  const tv = await aClient(server.database, { type: 'device' });
  const [device, unwanted] = [await startDevice(server, tv), await startDevice(server, tv)];
  const code = await person.visit('/device');
  const codeInAddress = await person.visit(device.verification_uri_complete);
  const confirmation = await enterCode(person, device.user_code);
  const connected = await connect(person, device.user_code, ada);
  const denied = await person.submit(await enterCode(person, unwanted.user_code), '/device', { abort: 'yes' });
  const signOut = await person.visit('/session/end');
  const signedOut = await person.submit(signOut, '/session/end/confirm', { logout: 'yes' });
  return new Map(
    Object.entries({
      'sign-in': login,
      'wrong password': wrong,
      consent,
      error: await person.visit('/nothing-here'),
      'no such app': await person.visit(authorizationUrl(server, { clientId: 'app_unknown' })),
      'sign-out': signOut,
      'signed-out': signedOut,
      home: await new Person(server.issuer).visit('/'),
      form_post: posted,
      'device code': code,
      'device code in the address': codeInAddress,
      'device confirmation': confirmation,
      'device connected': connected,
      'device denied': denied,
    }),
  );
}

function pageNamed(name: string) {
  const page = pages.get(name);
  if (!page) throw new Error(`no page ${name}`);
  expect(page.response.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8/);
  expect(page.text).toContain('</html>');
  return page;
}

/** The directives of a Content-Security-Policy. */
const policyOf = (response: Response) =>
  new Map(
    (response.headers.get('content-security-policy') ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(/\s+/);
      return [name, sources.join(' ')];
    }),
  );

describe('every page', () => {
  it('is the one that it should be', () => {
    expect(pageNamed('sign-in').text).toContain('name="password"');
    expect(pageNamed('wrong password').text).toContain('do not go together');
    expect(pageNamed('consent').text).toMatch(/action="[^"]*\/consent"/);
    expect(pageNamed('sign-out').text).toContain('/session/end/confirm');
    expect(pageNamed('device code in the address').text).toMatch(/src="\/assets\/submit-form-\w+\.js"/);
    expect(pageNamed('device confirmation').text).toContain('name="confirm"');
    expect(pageNamed('device connected').text).toContain('is connected');
    expect(pageNamed('device denied').text).toContain('Nothing was connected');
    expect(pageNamed('form_post').text).toContain('name="code"');
    expect(pages.get('error')?.response.status).toBe(404);
    expect(pages.get('no such app')?.response.status).toBe(400);
  });

  it.each(PAGES)('A20: cannot be framed: %s', (name) => {
    const { headers } = pageNamed(name).response;
    expect(policyOf(pageNamed(name).response).get('frame-ancestors')).toBe("'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(PAGES)('A21: says nothing to other sites and loads nothing from them: %s', (name) => {
    const { response, text } = pageNamed(name);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const policy = policyOf(response);
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    for (const [directive, sources] of policy) {
      expect([directive, sources]).toEqual([directive, expect.stringMatching(/^('none'|'self')$/)]);
    }
    for (const [, , address = ''] of text.matchAll(/\s(href|src|srcset|poster|background)="([^"]*)"/g)) {
      expect(new URL(address, server.issuer).origin).toBe(server.issuer);
    }
  });

  it.each(PAGES)('A21: has no script, style or handler inside: %s', (name) => {
    const { text } = pageNamed(name);
    for (const [, attributes = '', body = ''] of text.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/gi)) {
      expect(attributes).toMatch(/\ssrc="\/assets\/[a-z-]+(-\w{12})?\.js"/);
      expect(body.trim()).toBe('');
    }
    expect(text).not.toMatch(/<style/i);
    expect(text).not.toMatch(/<[^>]*\sstyle=/i);
    expect(text).not.toMatch(/<[^>]*\son[a-z]+=/i);
    expect(text).not.toMatch(/javascript:/i);
    expect(text).not.toMatch(/<(iframe|object|embed|base)\b/i);
  });

  it('A21: finds what it names', async () => {
    const addresses = new Set(
      [...pages.values()].flatMap(({ text }) =>
        [...text.matchAll(/(?:src|href)="(\/assets\/[^"]*)"/g)].map(([, path]) => path),
      ),
    );
    expect(addresses.size).toBeGreaterThanOrEqual(3);
    for (const path of addresses) {
      const response = await fetch(new URL(path ?? '', server.issuer));
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(
        /^(text\/css|image\/svg\+xml|text\/javascript|application\/javascript|font\/woff2)/,
      );
    }
  });

  it('escapes what an app and a person are called', async () => {
    const name = '<img src=x>"&';
    const bob = await aPerson(server.database, { name: `Bob ${name}` });
    const app = await aClient(server.database, { type: 'web', name: `App ${name}` });
    const person = new Person(server.issuer);
    const login = await person.visit(authorizationUrl(server, app, { login_hint: `"><script>${name}` }));
    const consent = await person.submit(login, '/sign-in', bob);
    for (const { text } of [login, consent]) {
      expect(text).toContain('&lt;img src=x&gt;');
      expect(text).not.toContain('<img src=x>');
      expect(text).not.toContain('<script>');
    }
  });
});

describe('other origins', () => {
  it('A19: may read nothing of the pages of a sign-in', async () => {
    const app = await aClient(server.database, { type: 'spa' });
    const { person } = await signIn(server, await aClient(server.database, { type: 'spa' }), ada);
    for (const origin of ['https://evil.example', 'https://app.example.com', 'null']) {
      const headers = { origin };
      const started = await person.request(authorizationUrl(server, app, { prompt: 'login' }), { headers });
      const page = await person.request(started.headers.get('location') ?? '', { headers });
      const silent = await person.request(authorizationUrl(server, app, { prompt: 'none' }), { headers });
      const ending = await person.request('/session/end', { headers });
      const home = await person.request('/', { headers });
      expect(page.status).toBe(200);
      for (const response of [started, page, silent, ending, home]) {
        const named = [...response.headers.keys()].filter((header) => header.startsWith('access-control-'));
        expect(named).toEqual([]);
      }
    }
  });

  it('may call the token endpoint only where a browser app lives', async () => {
    const spa = await aClient(server.database, { type: 'spa' });
    const web = await aClient(server.database, { type: 'web' });
    const allowed = async (clientId: string, origin: string) => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: clientId });
      const response = await fetch(`${server.issuer}/token`, { method: 'POST', headers: { origin }, body });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await allowed(spa.clientId, 'https://app.example.com')).toBe('https://app.example.com');
    expect(await allowed(spa.clientId, 'https://evil.example')).toBeNull();
    expect(await allowed(web.clientId, 'https://app.example.com')).toBeNull();
  });
});
