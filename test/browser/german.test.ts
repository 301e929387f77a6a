import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ROUTES } from '../portal/access/routes.ts';
import { aCast, aWorld, type Cast, expected, pathOf, type World } from '../portal/access/world.ts';
import { launchBrowser, openVisit, overflows, type Visit } from '../support/browser.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let browser: Browser;
let cast: Cast;
let world: World;
let visit: Visit;

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
  cast = await aCast(server);
  world = await aWorld(server, cast);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});
afterEach(async () => {
  await visit.close();
  expect(visit.problems).toEqual([]);
});

describe('every page of the portal', () => {
  it('is in German for whoever asks for it, and its long words fit into the narrowest window', async () => {
    visit = await openVisit(browser, [server.issuer], { locale: 'de-DE', viewport: { width: 320, height: 640 } });
    const cookies = [...cast.visitors.admin.cookies()];
    await visit.page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: server.issuer })));
    const routes = ROUTES.filter((route) => route.method === 'GET' && expected(route, 'admin') === 'in');
    const wrong: string[] = [];
    for (const path of new Set(routes.map((route) => pathOf(route, world)))) {
      await visit.page.goto(server.issuer + path);
      const language = await visit.page.locator('html').getAttribute('lang');
      if (language !== 'de') wrong.push(`${path}: in ${language}`);
      if (await overflows(visit.page)) wrong.push(`${path}: wider than 320 pixels`);
    }
    expect(routes.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });
});
