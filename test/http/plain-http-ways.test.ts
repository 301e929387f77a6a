import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { sendRaw } from '../support/raw.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const PANEL = 'http://panel.lan/cb';

let server: TestServer;
let strict: TestServer;
let ada: Awaited<ReturnType<typeof aPerson>>;

beforeAll(async () => {
  server = await startTestServer({ env: { HTTP_REDIRECT_HOSTS: 'private,.lan' } });
  // The same server once the setting was taken back: the same origin, which a proxy leads to another port now.
  strict = await startTestServer({ beside: server, issuer: server.issuer });
  ada = await aPerson(server.database);
});
afterAll(async () => {
  await strict.stop();
  await server.stop();
});

it('a sign-in that was begun while plain http was allowed ends where it is not', async () => {
  const { clientId } = await aClient(server.database, { type: 'web' });
  const { db } = server.database;
  await db
    .updateTable('clients')
    .set({ redirect_uris: [PANEL] })
    .where('id', '=', clientId)
    .execute();
  const person = new Person(server.issuer);
  const url = authorizationUrl(server, { clientId }, { redirect_uri: PANEL, scope: 'openid' });
  const page = await person.visit(url);
  const [, action = ''] = /action="([^"]*\/sign-in)"/.exec(page.text) ?? [];
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
  const signedIn = await person.request(new URL(action, page.url).href, {
    form: { csrf, email: ada.email, password: ada.password },
  });
  const path = new URL(signedIn.headers.get('location') ?? '', server.issuer).pathname;
  expect(path).toMatch(/^\/auth\/./);

  const cookie = [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { host: new URL(server.issuer).host, accept: 'text/html', cookie };
  const answer = await sendRaw({ issuer: `http://localhost:${strict.port}` }, { path, headers });
  expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
  expect(answer.text).toContain('invalid_redirect_uri');
});

it('the portal registers plain http where the setting allows it, and says so where it does not', async () => {
  const visitor = await aVisitor(server, ada);
  const register = async (redirectUris: string, type = 'web') => {
    const fields = { type, name: 'Panel', redirectUris };
    return visitor.submit(await visitor.visit('/apps/new'), '/apps', fields);
  };
  const made = await register(PANEL);
  expect(made.response.status).toBe(200);
  expect(made.text).toContain(PANEL);
  for (const [redirectUris, type] of [
    ['http://panel.example/cb', 'web'],
    ['http://8.8.8.8/cb', 'web'],
    [PANEL, 'spa'],
  ] as const) {
    const refused = await register(redirectUris, type);
    expect([redirectUris, refused.response.status]).toEqual([redirectUris, 400]);
    expect(refused.text).toContain('must use https');
  }
});
