import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { inspect, launchBrowser, openVisit, type Visit } from '../support/browser.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let browser: Browser;
let visit: Visit;
beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
  visit = await openVisit(browser, [server.issuer]);
});
afterEach(() => {
  expect(visit.problems).toEqual([]);
});
afterAll(async () => {
  await visit.close();
  await browser.close();
  await server.stop();
});

it.each([
  ['docs', '/docs'],
  ['docs-search', '/docs?search=secret'],
  ['docs-page', '/docs/verifying'],
  ['docs-tables', '/docs/deploy'],
  ['docs-drawing', '/docs/architecture'],
])('can be read in light, dark and on a phone: %s', async (name, path) => {
  await visit.page.goto(server.issuer + path);
  expect(await inspect(visit.page, name)).toEqual([]);
});

it('follows what is typed, and goes back to the list of pages', async () => {
  const { page } = visit;
  await page.goto(`${server.issuer}/docs`);
  const field = page.getByRole('searchbox', { name: 'Search the documentation' });
  await field.fill('opaque tok');
  await page.getByRole('link', { name: 'Why is my token opaque?' }).waitFor();
  expect(new URL(page.url()).searchParams.get('search')).toBe('opaque tok');
  await field.fill('');
  await page.locator('#list').getByRole('link', { name: 'The command line' }).waitFor();
});

it('has its list of pages behind a button on a phone', async () => {
  const { page } = visit;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.issuer}/docs/tokens`);
  await page.getByRole('button', { name: 'Pages' }).click();
  await page.getByRole('link', { name: 'Deploying' }).click();
  await page.getByRole('heading', { level: 1, name: 'Deploying' }).waitFor();
});
