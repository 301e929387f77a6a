import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Program, start } from './program.ts';

let server: TestServer;
let program: Program;
let app: string;
let resource: string;
let clientId: string;

beforeAll(async () => {
  server = await startTestServer();
  app = `http://localhost:${await freePort()}`;
  resource = (await anApi(server.database)).identifier;
  const client = await aClient(server.database, {
    type: 'web',
    redirectUris: [`${app}/callback`],
    postLogoutRedirectUris: [`${app}/`],
    subscriptions: [{ api: resource, scopes: ['reports:read'] }],
  });
  clientId = client.clientId;
  program = start('examples/web-app.ts', {
    ISSUER: server.issuer,
    REDIRECT_URI: `${app}/callback`,
    AUDIENCE: resource,
    CLIENT_ID: client.clientId,
    CLIENT_SECRET: client.clientSecret,
  });
  await program.says(/listens on/);
});
afterAll(async () => {
  await program.stop();
  await server.stop();
});

/** One browser, which keeps the cookies of the app and of the server apart. */
async function signIn() {
  const atApp = new Person(app);
  const atServer = new Person(server.issuer);
  const { email, password } = await aPerson(server.database, { name: 'Grace <Hopper>' });
  const left = (await atApp.visit('/sign-in')).leftTo;
  const callback = await atServer.authorize(left?.href ?? '', { email, password });
  const page = await atApp.visit(callback.href);
  return { atApp, atServer, callback, page, email };
}

/** What the page shows of a token. */
function shown(page: { text: string }, id: 'claims' | 'access'): Record<string, unknown> {
  const json = new RegExp(`<pre id="${id}">([^<]*)</pre>`).exec(page.text)?.[1] ?? '{}';
  return JSON.parse(json.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))));
}

describe('the example of a web app', () => {
  it('signs a person in and shows who it is', async () => {
    const { page, email } = await signIn();

    expect(shown(page, 'claims')).toMatchObject({ name: 'Grace <Hopper>', email, aud: clientId });
    expect(shown(page, 'access')).toMatchObject({ aud: resource, scope: 'reports:read', client_id: clientId });
    expect(page.text).not.toContain('<Hopper>');
  });

  it('refreshes, several times, and twice at once', async () => {
    const { atApp, page } = await signIn();
    const jtis = [shown(page, 'access').jti];

    for (let round = 0; round < 2; round += 1) {
      const next = await atApp.submit(page, '/refresh');
      jtis.push(shown(next, 'access').jti);
    }
    await Promise.all([atApp.submit(page, '/refresh'), atApp.submit(page, '/refresh')]);
    const last = await atApp.submit(page, '/refresh');
    jtis.push(shown(last, 'access').jti);

    expect(new Set(jtis).size).toBe(4);
    expect(shown(last, 'claims')).toMatchObject({ name: 'Grace <Hopper>' });
  });

  it('signs out here and at the server', async () => {
    const { atApp, atServer, page } = await signIn();

    const left = (await atApp.submit(page, '/sign-out')).leftTo;
    const question = await atServer.visit(left?.href ?? '');
    const back = await atServer.submit(question, '/session/end/confirm', { logout: 'yes' });

    expect(back.leftTo?.href).toBe(`${app}/`);
    expect((await atApp.visit('/')).text).toContain('href="/sign-in"');
    const again = await atServer.visit((await atApp.visit('/sign-in')).leftTo?.href ?? '');
    expect(again.text).toContain('name="password"');
  });

  it('tells a person who said no that nobody is signed in', async () => {
    const atApp = new Person(app);
    const atServer = new Person(server.issuer);
    const signInPage = await atServer.visit((await atApp.visit('/sign-in')).leftTo?.href ?? '');

    const refused = await atServer.submit(signInPage, '/cancel');
    const page = await atApp.visit(refused.leftTo?.href ?? '');

    expect(page.response.status).toBe(403);
    expect(page.text).toContain('You are not signed in: the person said no');
  });

  it('takes no answer that this browser did not ask for', async () => {
    const { callback } = await signIn();

    const page = await new Person(app).visit(callback.href);

    expect(page.text).toContain('href="/sign-in"');
  });
});
