import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const themeOf = (html: string) => /<html lang="en" data-theme="(\w+)"/.exec(html)?.[1];

describe('the colors of pages', () => {
  it('are those of the system, until somebody chooses; the choice is kept, and leads back to the page', async () => {
    const visitor = await aVisitor(server);
    const page = await visitor.visit('/teams?from=here');
    expect(themeOf(page.text)).toBe('system');
    const dark = await visitor.submit(page, '/theme', { theme: 'dark' });
    expect([dark.url, themeOf(dark.text)]).toEqual([`${server.issuer}/teams`, 'dark']);
    expect(dark.text).toContain('<meta name="color-scheme" content="dark">');
    expect(dark.text).toMatch(/value="dark" aria-pressed="true"/);
    // Also without a visit, and on pages about errors.
    await visitor.submit(dark, '/sign-out');
    expect(themeOf((await visitor.visit('/')).text)).toBe('dark');
    expect(themeOf((await visitor.visit('/nothing-here')).text)).toBe('dark');
  });

  it('go back to those of the system without a cookie', async () => {
    const visitor = await aVisitor(server);
    const light = await visitor.submit(await visitor.visit('/'), '/theme', { theme: 'light' });
    expect(themeOf(light.text)).toBe('light');
    const system = await visitor.submit(light, '/theme', { theme: 'system' });
    expect(themeOf(system.text)).toBe('system');
  });

  it('are chosen by a form of this site only, among those that there are', async () => {
    const visitor = await aVisitor(server);
    const page = await visitor.visit('/');
    expect((await visitor.submit(page, '/theme', { theme: 'pink' })).response.status).toBe(400);
    const form = { theme: 'dark', to: '/', csrf: 'wrong' };
    expect((await visitor.request('/theme', { form })).status).toBe(403);
  });

  it('are chosen without being signed in, on every page of one card and in the reference, and lead back there', async () => {
    const stranger = new Person(server.issuer);
    const { clientId } = await aClient(server.database, { type: 'web' });
    const signIn = (await stranger.visit(authorizationUrl(server, { clientId }))).url;
    for (const path of ['/', '/join', '/device', '/nothing-here', '/api/v1/docs', signIn]) {
      const dark = await stranger.submit(await stranger.visit(path), '/colors', { theme: 'dark' });
      expect([dark.url, themeOf(dark.text)]).toEqual([new URL(path, server.issuer).href, 'dark']);
      expect(themeOf((await stranger.submit(dark, '/colors', { theme: 'system' })).text)).toBe('system');
    }
  });

  it('are not chosen by another site, nor lead elsewhere', async () => {
    const stranger = new Person(server.issuer);
    const send = (form: Record<string, string>, headers: Record<string, string> = {}) =>
      stranger.request('/colors', { form, headers });
    const away = await send({ theme: 'dark', to: 'https://evil.example/' });
    expect([away.status, away.headers.get('location')]).toEqual([303, '/']);
    expect((await send({ theme: 'pink', to: '/' })).status).toBe(400);
    expect((await send({ theme: 'dark', to: '/' }, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await send({ theme: 'dark', to: '/' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('lead nowhere else', async () => {
    const visitor = await aVisitor(server);
    const answer = await visitor.submit(await visitor.visit('/teams'), '/theme', {
      theme: 'dark',
      to: '//evil.example',
    });
    expect(answer.url).toBe(`${server.issuer}/`);
  });
});
