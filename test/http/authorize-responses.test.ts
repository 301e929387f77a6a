import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  app = await aClient(server.database, { type: 'web' });
});
afterAll(() => server.stop());

const NASTY_STATES = [
  ['a kilobyte', 'x'.repeat(1024)],
  ['percent signs', '100%25 50%'],
  ['plus and blank', 'a+b c'],
  ['unicode', 'größe 東京 🔑'],
  ['markup', '"><script>alert(1)</script>'],
  ['a query of its own', '&code=evil&iss=https://evil.example#x'],
  ['line breaks', 'a\r\nLocation: https://evil.example'],
] as const;

/** The fields of the page that posts itself to the app. */
function fieldsOf(html: string): Record<string, string> {
  const plain = (text: string) =>
    text
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&#10;', '\n')
      .replaceAll('&#13;', '\r')
      .replaceAll('&amp;', '&');
  const inputs = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, plain(value)]));
}

/** Signs in and agrees; ends at the page that posts itself. */
async function authorizeByForm(changes: Record<string, string>) {
  const person = new Person(server.issuer);
  let page = await person.visit(authorizationUrl(server, app, { response_mode: 'form_post', ...changes }));
  if (page.text.includes('name="password"')) page = await person.submit(page, '/sign-in', ada);
  if (page.text.includes('/consent"')) page = await person.submit(page, '/consent');
  return page;
}

describe('an answer to the app', () => {
  it('A17: names the issuer when it is a code', async () => {
    const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app), ada);
    expect(callback.searchParams.getAll('iss')).toEqual([server.issuer]);
    expect(callback.searchParams.get('code')).toBeTruthy();
  });

  it.each([
    ['login_required', { prompt: 'none' }],
    ['invalid_scope', { scope: 'openid "quoted"' }],
    ['unsupported_response_type', { response_type: 'bogus' }],
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_target', { resource: 'https://unknown.example.com', scope: 'x', nonce: undefined }],
    ['request_not_supported', { request: 'x' }],
  ])('A17: names the issuer when it is %s', async (error, changes) => {
    const response = await new Person(server.issuer).request(authorizationUrl(server, app, changes));
    const { origin, pathname, searchParams } = new URL(response.headers.get('location') ?? '');
    expect(origin + pathname).toBe(CALLBACK);
    expect(searchParams.get('error')).toBe(error);
    expect(searchParams.getAll('iss')).toEqual([server.issuer]);
    expect(searchParams.get('state')).toBe('a-state');
  });

  it('A17: names the issuer when the person says no', async () => {
    const person = new Person(server.issuer);
    const { leftTo } = await person.submit(await person.visit(authorizationUrl(server, app)), '/cancel');
    expect(leftTo?.searchParams.get('error')).toBe('access_denied');
    expect(leftTo?.searchParams.getAll('iss')).toEqual([server.issuer]);
  });

  it('A17: names the issuer in a form_post, of a code and of an error', async () => {
    const { text } = await authorizeByForm({});
    expect(text).toContain(`action="${CALLBACK}"`);
    expect(fieldsOf(text)).toEqual({ code: expect.any(String), state: 'a-state', iss: server.issuer });
    const refused = await new Person(server.issuer).visit(
      authorizationUrl(server, app, { response_mode: 'form_post', prompt: 'none' }),
    );
    expect(fieldsOf(refused.text)).toMatchObject({ error: 'login_required', state: 'a-state', iss: server.issuer });
  });

  it('A17: says in the metadata that it names the issuer', async () => {
    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ authorization_response_iss_parameter_supported: true, issuer: server.issuer });
  });

  it('goes into the fragment only when asked, and keeps a query of the redirect URI', async () => {
    const redirectUri = `${CALLBACK}?tenant=a%2Fb`;
    const tenant = await aClient(server.database, { type: 'web', redirectUris: [redirectUri] });
    const url = authorizationUrl(server, tenant, { redirect_uri: redirectUri });
    const callback = await new Person(server.issuer).authorize(url, ada);
    expect(callback.href).toContain(`${redirectUri}&`);
    expect(callback.searchParams.get('tenant')).toBe('a/b');
    expect(callback.hash).toBe('');
    const inFragment = await new Person(server.issuer).authorize(`${url}&response_mode=fragment`, ada);
    expect(inFragment.search).toBe('?tenant=a%2Fb');
    expect(new URLSearchParams(inFragment.hash.slice(1)).get('code')).toBeTruthy();
  });

  it.each(NASTY_STATES)('A25: has the state as it came: %s', async (_kind, state) => {
    const callback = await new Person(server.issuer).authorize(authorizationUrl(server, app, { state }), ada);
    expect(callback.searchParams.getAll('state')).toEqual([state]);
    expect(callback.searchParams.getAll('iss')).toEqual([server.issuer]);
    expect(callback.hash).toBe('');
    const error = await new Person(server.issuer).request(authorizationUrl(server, app, { state, prompt: 'none' }));
    expect(new URL(error.headers.get('location') ?? '').searchParams.getAll('state')).toEqual([state]);
  });

  it.each(NASTY_STATES)(
    'A25: has the state as it came in a form_post, and no markup of it: %s',
    async (_kind, state) => {
      const { text } = await authorizeByForm({ state });
      expect(fieldsOf(text).state).toBe(state);
      expect(text.match(/<script/g)).toHaveLength(1);
      expect(text).toMatch(/<script src="\/assets\/submit-form\.js"><\/script>/);
    },
  );

  it('A18: follows a sign-in and a consent by 303, so that no browser posts the password on', async () => {
    const person = new Person(server.issuer);
    const fresh = await aClient(server.database, { type: 'web' });
    const login = await person.visit(authorizationUrl(server, fresh));
    const statusOf = async (page: { url: string; text: string }, action: string, fields: Record<string, string>) => {
      const csrf = page.text.match(/name="csrf" value="([^"]*)"/)?.[1] ?? '';
      const shown = page.text.match(/name="shown" value="([^"]*)"/)?.[1] ?? '';
      const response = await person.request(`${page.url}/${action}`, { form: { csrf, shown, ...fields } });
      return { status: response.status, location: response.headers.get('location') ?? '' };
    };

    const signedIn = await statusOf(login, 'sign-in', { email: ada.email, password: ada.password });
    expect(signedIn.status).toBe(303);
    const consent = await person.visit(signedIn.location);
    const agreed = await statusOf(consent, 'consent', {});
    expect(agreed.status).toBe(303);
    const resumed = await person.request(agreed.location);
    expect(resumed.status).toBe(303);
    expect(resumed.headers.get('location')).toContain(`${CALLBACK}?code=`);
    expect(resumed.headers.get('cache-control')).toBe('no-store');

    const other = new Person(server.issuer);
    const page = await other.visit(authorizationUrl(server, fresh));
    const csrf = page.text.match(/name="csrf" value="([^"]*)"/)?.[1] ?? '';
    expect((await other.request(`${page.url}/cancel`, { form: { csrf } })).status).toBe(303);
  });
});
