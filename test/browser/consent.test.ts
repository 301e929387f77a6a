import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { updateClient } from '../../src/clients/update-client.ts';
import { inspect, launchBrowser, openVisit } from '../support/browser.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let browser: Browser;
let app: RelyingParty;

beforeAll(async () => {
  [server, browser, app] = await Promise.all([startTestServer(), launchBrowser(), startRelyingParty()]);
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});

it('a person leaves a scope out, by keyboard, and finds that at connected apps', async () => {
  const api = await anApi(server.database, {
    name: 'Reports',
    scopes: [
      { name: 'reports:read', description: 'Read your reports' },
      { name: 'reports:write', description: 'Create and change reports' },
      { name: 'reports:share', description: 'Share reports with others' },
    ],
  });
  const more = await anApi(server.database, {
    name: 'Invoices',
    scopes: ['read', 'pay', 'void', 'export', 'archive'].map((what) => ({
      name: `invoices:${what}`,
      description: `${what[0]?.toUpperCase()}${what.slice(1)} invoices`,
    })),
  });
  const scopes = api.scopes.map(({ name }) => name);
  const registered = await aClient(server.database, {
    type: 'web',
    name: 'Team Dashboard',
    redirectUris: [app.redirectUri],
    subscriptions: [
      { api: api.identifier, scopes },
      { api: more.identifier, scopes: ['invoices:read'] },
    ],
    optionalScopes: ['email', 'offline_access', 'reports:write', 'reports:share'],
  });
  await app.connect(server.issuer, registered);
  const ada = await aPerson(server.database);
  const visit = await openVisit(browser, [server.issuer, app.origin]);
  const { page } = visit;
  const request = { scope: ['openid profile email offline_access', ...scopes].join(' '), resource: api.identifier };

  await page.goto(app.loginUrl(request));
  await page.getByLabel('Email address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const boxes = page.getByRole('checkbox');
  await boxes.first().waitFor();
  expect(await boxes.evaluateAll((all) => all.map((box) => (box as { checked?: boolean }).checked))).toEqual(
    Array(4).fill(false),
  );
  expect(await inspect(page, 'consent-choices')).toEqual([]);

  await page.getByRole('checkbox', { name: 'Share reports with others' }).focus();
  await page.keyboard.press('Space');
  await page.getByText('Create and change reports').click();
  await page.getByText('Create and change reports').click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${app.origin}/`);

  // The next sign-in shows no page.
  await page.goto(app.loginUrl(request));
  await page.waitForURL(`${app.origin}/`);

  // Verified by now, and asking for more.
  await updateClient(server.database.db, { clientId: registered.clientId, changes: { verified: true } }, byOperator());
  await page.goto(app.loginUrl({ scope: 'openid profile email invoices:read', resource: more.identifier }));
  await page.getByText('You agreed to this earlier').waitFor();
  expect(await page.locator('main').innerText()).toContain(
    'Pay invoices · Void invoices · Export invoices and one thing more',
  );
  expect(await inspect(page, 'consent-more')).toEqual([]);

  await page.goto(`${server.issuer}/account/apps`);
  const panel = page.locator('section.panel', { hasText: 'Team Dashboard' });
  await panel.waitFor();
  const text = await panel.innerText();
  expect(text).toMatch(/Reports\s+Read your reports\s+Share reports with others/);
  expect(text).toMatch(
    /You left out\s+See your email address\s+Create and change reports \(Reports\)\s+While you are away/,
  );
  expect(await inspect(page, 'connected-with-left-out')).toEqual([]);
  await visit.close();
  expect(visit.problems).toEqual([]);
});
