import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Dashboard, startDashboard } from '../examples/a-dashboard.ts';
import { inspect, launchBrowser, openVisit } from '../support/browser.ts';

let dashboard: Dashboard;
let browser: Browser;
beforeAll(async () => {
  [dashboard, browser] = await Promise.all([startDashboard(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await dashboard?.stop();
});

it('the dashboard of the examples signs in, shows its tiles, gives the browser no token, and signs out', async () => {
  const { origin, demo, server } = dashboard;
  const { page, problems, close } = await openVisit(browser, [origin, server.issuer]);
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(origin) && response.ok()) bodies.push(response.text());
  });
  await page.goto(origin);
  const barriers = await inspect(page, 'dashboard-welcome');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Email address').fill(demo.person.email);
  await page.getByLabel('Password', { exact: true }).fill(demo.person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Allow', exact: true }).click();

  await page.getByRole('heading', { name: 'Good day, Ada' }).waitFor();
  const tile = (name: string) => page.getByRole('region', { name, exact: true }).innerText();
  expect(await tile('Open orders')).toContain('42');
  expect(await tile('Your tasks')).toContain('Look at the failed exports');
  expect(await tile('Revenue')).toContain('The dashboard may not read this');
  barriers.push(...(await inspect(page, 'dashboard')));

  const stored = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })');
  const cookies = (await page.context().cookies(origin)).filter(({ name }) => name.startsWith('dashboard'));
  expect([stored, cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])]).toEqual(['{}', [[true, 'Lax']]]);
  expect((await Promise.all(bodies)).join('\n')).not.toMatch(/eyJ[\w-]|access_token|refresh_token/);

  // The server does not ask: the dashboard names the session with its ID token.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  expect(page.url()).toBe(`${origin}/`);
  await close();

  expect([...barriers, ...problems]).toEqual([]);
});
