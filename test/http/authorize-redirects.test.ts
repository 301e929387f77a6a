import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
});
afterAll(() => server.stop());

/** Where one request leads to, without following it. */
const ask = (url: string) => new Person(server.issuer).request(url);

async function expectErrorPage(response: Response) {
  const text = await response.text();
  expect(response.status).toBe(400);
  expect(response.headers.get('location')).toBeNull();
  expect(response.headers.get('refresh')).toBeNull();
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(text).not.toMatch(/http-equiv="?refresh/i);
  // But those for a language and for colors.
  expect(text).not.toMatch(/<form(?! class="(languages|colors)")/);
  return text;
}

const expectSignIn = (response: Response) => {
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toMatch(/^\/interaction\//);
};

describe('the redirect URI of a request', () => {
  it.each([
    ['with a slash at the end', `${CALLBACK}/`],
    ['with a query', `${CALLBACK}?next=1`],
    ['in another case', 'https://app.example.com/Callback'],
    ['with the host in another case', 'https://APP.example.com/callback'],
    ['with an encoded slash and dots', 'https://app.example.com/x%2f../callback'],
    ['with dots that lead back', 'https://app.example.com/x/../callback'],
    ['with the default port', 'https://app.example.com:443/callback'],
    ['with another scheme', 'http://app.example.com/callback'],
    ['on another host', 'https://www.app.example.com/callback'],
    ['with the host as a user name', 'https://app.example.com@evil.example/callback'],
    ['with a fragment', `${CALLBACK}#x`],
    ['with NUL at its end', `${CALLBACK}\0`],
    ['with more path', `${CALLBACK}/more`],
    ['with a dot after the host', 'https://app.example.com./callback'],
    ['with a letter that looks the same', 'https://аpp.example.com/callback'],
    ['with a blank at its end', `${CALLBACK} `],
    ['with a backslash', 'https://app.example.com\\@evil.example/callback'],
    ['that is not a URI', 'callback'],
  ])('A01: must be the registered one: %s it gets an error page', async (_variant, redirectUri) => {
    const app = await aClient(server.database, { type: 'web' });
    expectSignIn(await ask(authorizationUrl(server, app)));

    await expectErrorPage(await ask(authorizationUrl(server, app, { redirect_uri: redirectUri })));
    await expectErrorPage(
      await ask(authorizationUrl(server, app, { redirect_uri: redirectUri, prompt: 'none', response_type: 'token' })),
    );
  });

  it('A02: may have any port for a native app on loopback, and the code is for that port', async () => {
    const app = await aClient(server.database, { type: 'native', redirectUris: ['http://127.0.0.1/cb'] });
    const redirectUri = 'http://127.0.0.1:53219/cb';

    const callback = await new Person(server.issuer).authorize(
      authorizationUrl(server, app, { redirect_uri: redirectUri }),
      ada,
    );

    expect(callback.origin + callback.pathname).toBe(redirectUri);
    const form = {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: PKCE.verifier,
    };
    const otherPort = await post(server, '/token', { ...form, redirect_uri: 'http://127.0.0.1:53220/cb' });
    expect(otherPort.body.error).toBe('invalid_grant');
    expect((await post(server, '/token', { ...form, redirect_uri: redirectUri })).status).toBe(200);
  });

  it.each([
    ['another path', 'http://127.0.0.1:53219/other'],
    ['another name of the loopback', 'http://localhost:53219/cb'],
    ['IPv6', 'http://[::1]:53219/cb'],
    ['https', 'https://127.0.0.1:53219/cb'],
    ['a query', 'http://127.0.0.1:53219/cb?x=1'],
    ['an address beside the loopback', 'http://127.0.0.2:53219/cb'],
    ['a host that begins the same', 'http://127.0.0.1.evil.example:53219/cb'],
    ['a user name', 'http://127.0.0.1:53219@evil.example/cb'],
  ])('A02: is otherwise exact for a native app: %s gets an error page', async (_variant, redirectUri) => {
    const app = await aClient(server.database, { type: 'native', redirectUris: ['http://127.0.0.1/cb'] });
    await expectErrorPage(await ask(authorizationUrl(server, app, { redirect_uri: redirectUri })));
  });

  it('A02: keeps its port for a web app, and for a native one that is not on loopback', async () => {
    const web = await aClient(server.database, { type: 'web', redirectUris: ['http://127.0.0.1:3000/cb'] });
    expectSignIn(await ask(authorizationUrl(server, web, { redirect_uri: 'http://127.0.0.1:3000/cb' })));
    for (const redirectUri of ['http://127.0.0.1:3001/cb', 'http://127.0.0.1/cb', 'http://localhost:3000/cb']) {
      await expectErrorPage(await ask(authorizationUrl(server, web, { redirect_uri: redirectUri })));
    }
    const native = await aClient(server.database, { type: 'native' });
    await expectErrorPage(
      await ask(authorizationUrl(server, native, { redirect_uri: 'https://app.example.com:8443/callback' })),
    );
  });

  it('may be left out only when there is just one', async () => {
    const app = await aClient(server.database, { type: 'web' });
    const callback = await new Person(server.issuer).authorize(
      authorizationUrl(server, app, { redirect_uri: undefined }),
      ada,
    );
    expect(callback.href).toContain(`${CALLBACK}?code=`);
  });
});

describe('a request that nobody can be sent back from', () => {
  it.each([
    ['an unknown app', { client_id: 'app_000000000000000000000000' }],
    ['no app', { client_id: undefined }],
    ['an empty app', { client_id: '' }],
    ['an app with a strange name', { client_id: "x' OR 1=1--" }],
  ])('A07: gets an error page: %s', async (_variant, changes) => {
    const app = await aClient(server.database, { type: 'web' });
    const page = await expectErrorPage(await ask(authorizationUrl(server, app, changes)));
    expect(page).toMatch(/<code>invalid_(client|request)<\/code>/);
  });

  it('A07: gets an error page when two redirect URIs are registered and none is named', async () => {
    const redirectUris = [CALLBACK, 'https://app.example.com/other'];
    const app = await aClient(server.database, { type: 'web', redirectUris });
    await expectErrorPage(await ask(authorizationUrl(server, app, { redirect_uri: undefined })));
    await expectErrorPage(
      await ask(authorizationUrl(server, app, { redirect_uri: undefined, response_type: 'token', prompt: 'none' })),
    );
  });

  it('A07: gets an error page from a disabled app and from one that nobody signs in to', async () => {
    const disabled = await aClient(server.database, { type: 'web' });
    await server.database.db
      .updateTable('clients')
      .set({ disabled_at: new Date() })
      .where('id', '=', disabled.clientId)
      .execute();
    await expectErrorPage(await ask(authorizationUrl(server, disabled)));
    const machine = await aClient(server.database, { type: 'machine' });
    await expectErrorPage(await ask(authorizationUrl(server, machine)));
  });
});
