import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aVisitor } from '../support/portal.ts';
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

  it('lead nowhere else', async () => {
    const visitor = await aVisitor(server);
    const answer = await visitor.submit(await visitor.visit('/teams'), '/theme', {
      theme: 'dark',
      to: '//evil.example',
    });
    expect(answer.url).toBe(`${server.issuer}/`);
  });
});
