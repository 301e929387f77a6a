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
  ['api-reference', ''],
  ['api-reference-search', '?search=secret'],
  ['api-reference-apps', '/apps'],
  ['api-reference-objects', '/objects'],
])('is readable in light, dark and on a phone: %s', async (name, path) => {
  await visit.page.goto(`${server.issuer}/api/v1/docs${path}`);
  expect(await inspect(visit.page, name)).toEqual([]);
});

it('leads from an old anchor to the operation, and from there to what it answers with', async () => {
  const { page } = visit;
  await page.goto(`${server.issuer}/api/v1/docs#createApp`);
  await page.locator('#createApp').getByRole('link').click();
  await page.waitForURL('**/api/v1/docs/apps#createApp');
  const operation = page.locator('#createApp');
  expect(await operation.getByText('Idempotency-Key: $(uuidgen)').isVisible()).toBe(true);
  expect(await operation.getByRole('button', { name: 'Copy createApp with curl' }).isVisible()).toBe(true);
  await operation.getByRole('link', { name: 'CreatedApp' }).click();
  await page.waitForURL('**/api/v1/docs/objects#CreatedApp');
});

it('finds an operation as one types', async () => {
  const { page } = visit;
  await page.goto(`${server.issuer}/api/v1/docs`);
  await page.getByRole('searchbox', { name: 'Search the operations' }).fill('revoke sec');
  await page.locator('.findings').getByRole('link', { name: 'Revoke a secret' }).waitFor();
});
