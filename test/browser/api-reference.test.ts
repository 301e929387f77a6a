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

it('is readable in light, dark and on a phone, without a script', async () => {
  await visit.page.goto(`${server.issuer}/api/v1/docs`);
  expect(await inspect(visit.page, 'api-reference')).toEqual([]);
});

it('leads from an operation to what it answers with', async () => {
  const { page } = visit;
  await page.goto(`${server.issuer}/api/v1/docs#createApp`);
  const operation = page.locator('#createApp');
  await operation.getByText('With curl').click();
  expect(await operation.getByText('Idempotency-Key: $(uuidgen)').isVisible()).toBe(true);
  await operation.getByRole('link', { name: 'CreatedApp' }).click();
  expect(new URL(page.url()).hash).toBe('#CreatedApp');
});
