import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createClient } from '../../src/clients/clients.ts';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import type { TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';
import { post, requestToken } from '../support/tokens.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

async function signedIn({ email, password }: { email: string; password: string }, options = {}): Promise<Page> {
  const page = await browsing.open(options);
  await page.goto(`${server.issuer}/sign-in`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${server.issuer}/`);
  return page;
}

/** Waits until the page says it: after a click, the page before may still be there. */
const says = (page: Page, text: string) => page.locator('main').filter({ hasText: text }).waitFor();

/** The page that says what has been done, all of it: what is on its way when one leaves a page counts as failed. */
async function done(page: Page): Promise<void> {
  await page.locator('.toast[role="status"]').waitFor();
  await page.waitForLoadState('load');
}

const IDENTIFIER = 'https://sales.example.com';
const main = (page: Page) => page.locator('main').innerText();

it('subscribe → approve → token → cancel → refused, as two people do it in their browsers', async () => {
  const [sales, dashboards] = [await aTeam(server, 'Sales data'), await aTeam(server, 'Dashboards')];
  const publisher = await signedIn(await aMember(server, { team: sales.id, role: 'owner' }));
  const person = await aMember(server, { team: dashboards.id, role: 'developer' });
  const wanted = { name: 'Quarterly board', type: 'machine' as const, team: dashboards.id };
  const made = await createClient(server.database.db, wanted, await byPerson(server, person));
  const app = { clientId: made.client.id, clientSecret: made.secret?.secret ?? '' };
  const ask = (scope?: string) => requestToken(server, app, { resource: IDENTIFIER, ...(scope ? { scope } : {}) });

  // The owner publishes an API.
  await publisher.getByRole('link', { name: 'APIs', exact: true }).click();
  expect(await inspect(publisher, 'apis-empty')).toEqual([]);
  await publisher.getByRole('link', { name: 'Publish an API' }).first().click();
  await publisher.getByLabel('Identifier').fill(IDENTIFIER);
  await publisher.getByLabel('Name', { exact: true }).fill('Sales figures');
  await publisher
    .getByLabel('Description')
    .fill('What was sold, where and when. Every night from the ledger.\nAsk us before you show it outside.');
  await publisher.getByLabel('Scope 1', { exact: true }).fill('sales:read');
  await publisher.getByLabel('What it allows (scope 1)').fill('Read totals');
  // A line more is there at once, and is where one goes on typing.
  await publisher.getByRole('button', { name: 'Add a scope' }).click();
  await publisher.keyboard.type('sales:customers');
  expect(await publisher.getByLabel('Scope 2', { exact: true }).inputValue()).toBe('sales:customers');
  expect(await publisher.getByLabel('What it allows (scope 2)').inputValue()).toBe('');
  await publisher.getByLabel('What it allows (scope 2)').fill('Read who bought it');
  await publisher.getByLabel('Needs approval (scope 2)').check();
  await publisher.getByRole('button', { name: 'Add a scope' }).click();
  expect(await publisher.getByLabel('Needs approval (scope 3)').isChecked()).toBe(false);
  await publisher.getByLabel('Scope 3', { exact: true }).fill('sales:write now');
  expect(await inspect(publisher, 'apis-new')).toEqual([]);
  await publisher.getByRole('button', { name: 'Publish the API' }).click();
  await says(publisher, 'no spaces, quotes or backslashes');
  expect(await publisher.getByLabel('Scope 3', { exact: true }).inputValue()).toBe('sales:write now');
  expect(await inspect(publisher, 'apis-new-problem')).toEqual([]);
  await publisher.getByLabel('Scope 3', { exact: true }).fill('sales:write');
  // What is out of sight does not hold the form up.
  await publisher.getByText('Tokens', { exact: true }).click();
  await publisher.getByLabel('A token lives, in seconds').fill('');
  await publisher.getByText('Tokens', { exact: true }).click();
  await publisher.getByRole('button', { name: 'Publish the API' }).click();
  await done(publisher);
  expect(await inspect(publisher, 'api-protect')).toEqual([]);
  // Its verifier starts, and the page says so by itself.
  const headers = { 'latchkey-audience': IDENTIFIER };
  for (const path of ['/jwks', '/epochs']) await fetch(server.issuer + path, { headers });
  await says(publisher, 'has fetched keys, and follows what is revoked');
  expect(await inspect(publisher, 'api-protected')).toEqual([]);
  await publisher.getByRole('link', { name: 'Overview' }).click();
  expect(await inspect(publisher, 'api-of-owner')).toEqual([]);

  // A developer of another team finds it and asks.
  const developer = await signedIn(person);
  await developer.goto(`${server.issuer}/apps/${app.clientId}/apis`);
  expect(await inspect(developer, 'app-apis-empty')).toEqual([]);
  await developer.getByRole('link', { name: 'Choose an API' }).click();
  await developer.getByRole('searchbox', { name: 'Search', exact: true }).fill('ledger');
  await developer.getByRole('button', { name: 'Search' }).click();
  expect(await inspect(developer, 'apis-for-an-app')).toEqual([]);
  await developer.getByRole('link', { name: 'Sales figures' }).click();
  expect(await developer.getByLabel('For the app').inputValue()).toBe(app.clientId);
  expect((await ask()).body.error).toBe('invalid_target');
  await developer.getByRole('checkbox', { name: /sales:read/ }).check();
  await developer.getByRole('checkbox', { name: /sales:customers/ }).check();
  await developer.getByRole('button', { name: 'Ask for access' }).click();
  await says(developer, 'Say what the app needs it for');
  expect(await developer.getByRole('checkbox', { name: /sales:customers/ }).isChecked()).toBe(true);
  await developer.getByLabel('Reason').fill('The board wants to know\nwho bought what.');
  expect(await inspect(developer, 'api-of-developer')).toEqual([]);
  await developer.getByRole('button', { name: 'Ask for access' }).click();
  await done(developer);
  await says(developer, 'Live now: sales:read. The owner of the API was asked for sales:customers.');
  expect(await inspect(developer, 'app-apis-waiting')).toEqual([]);
  expect((await ask()).body.scope).toBe('sales:read');

  // The owner approves.
  await publisher.getByRole('link', { name: 'Approvals' }).click();
  await says(publisher, 'who bought what.');
  expect(await inspect(publisher, 'approvals-waiting')).toEqual([]);
  await publisher.getByLabel('Note').fill('Not outside of the board, please.');
  await publisher.getByRole('button', { name: 'Approve' }).click();
  await done(publisher);
  expect(await inspect(publisher, 'approvals-decided')).toEqual([]);
  const { body } = await ask();
  expect(body.scope).toBe('sales:customers sales:read');
  const introspect = async () => (await post(server, '/token/introspection', { token: body.access_token }, app)).body;
  expect(await introspect()).toMatchObject({ active: true });

  // They see each other's names; the developer reads the note, and the owner takes a scope away by removing it.
  await developer.reload();
  await says(developer, 'Not outside of the board, please.');
  await publisher.goto(`${server.issuer}/apis`);
  await publisher.getByRole('link', { name: 'Sales figures' }).click();
  await publisher.getByRole('link', { name: 'Subscribers' }).click();
  expect(await inspect(publisher, 'api-subscribers')).toEqual([]);
  await publisher.getByRole('link', { name: 'Edit' }).click();
  expect(await publisher.getByLabel('Scope 2', { exact: true }).inputValue()).toBe('sales:customers');
  await publisher.getByLabel('Scope 2', { exact: true }).fill('');
  await publisher.getByLabel('What it allows (scope 2)').fill('');
  await publisher.getByRole('button', { name: 'Save' }).click();
  await says(publisher, '1 app would lose sales:customers at once');
  expect(await inspect(publisher, 'api-edit-warning')).toEqual([]);
  expect((await ask()).body.scope).toBe('sales:customers sales:read');
  await publisher.getByRole('button', { name: 'Save, and take that from them' }).click();
  await done(publisher);
  expect((await ask()).body.scope).toBe('sales:read');
  expect(await introspect()).toEqual({ active: false });

  // The developer gives it up, and the very next request is refused.
  await developer.reload();
  await developer.getByRole('link', { name: /^Revoke access/ }).click();
  await developer.getByLabel('Reason').fill('The board has its own tool now.');
  expect(await inspect(developer, 'subscription-cancel')).toEqual([]);
  await developer.getByRole('button', { name: 'Revoke it' }).click();
  await done(developer);
  expect(await inspect(developer, 'app-apis-ended')).toEqual([]);
  expect((await ask()).body.error).toBe('invalid_target');
  expect((await ask('sales:read')).body.error).toBe('invalid_target');
});

it('works without JavaScript, and with the names that people give things', async () => {
  const long = 'Donaudampfschifffahrtsgesellschaft'.repeat(2);
  const team = await aTeam(server, `${long} <b>bold</b>`);
  const person = await aMember(server, { team: team.id, role: 'owner' });
  const by = await byPerson(server, person);
  await createClient(server.database.db, { name: `${long} <i>app</i>`, type: 'machine', team: team.id }, by);
  const page = await signedIn(person, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await page.goto(`${server.issuer}/apis/new`);
  await page.getByLabel('Identifier').fill(`https://${'long-name.'.repeat(12)}example.com/with/a/path`);
  await page.getByLabel('Name', { exact: true }).fill(`${long} "quoted" & <script>`);
  await page
    .getByLabel('Scope 1', { exact: true })
    .fill(`warehouse-inventory-replenishment:${'forecast-'.repeat(6)}read`);
  await page.getByLabel('Needs approval (scope 1)').check();
  await page.getByRole('button', { name: 'Add a scope' }).click();
  await page.getByLabel('Scope 2', { exact: true }).waitFor();
  expect(await page.getByLabel('Needs approval (scope 1)').isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Publish the API' }).click();
  await done(page);
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('checkbox', { name: /warehouse/ }).check();
  await page.getByLabel('Reason').fill('<img src=x onerror=alert(1)>');
  await page.getByRole('button', { name: 'Ask for access' }).click();
  await done(page);
  const other = await signedIn(person);
  for (const [path, name] of [
    ['/approvals', 'approvals-long-names'],
    [new URL(page.url()).pathname, 'app-apis-long-names'],
    ['/apis', 'apis-long-names'],
  ] as const) {
    await other.goto(server.issuer + path);
    expect(await inspect(other, name)).toEqual([]);
  }
  await page.goto(`${server.issuer}/approvals`);
  await page.getByRole('checkbox', { name: /warehouse/ }).uncheck();
  await page.getByLabel('Note').fill('Kept while I think');
  await page.getByRole('button', { name: 'Approve' }).click();
  await says(page, 'Approve at least one scope, or deny the request.');
  expect(await page.getByLabel('Note').inputValue()).toBe('Kept while I think');
  await page.getByRole('button', { name: 'Deny' }).click();
  await done(page);
  await says(page, 'denied');
});

it('shows an operator what mail says, and an auditor that there is some', async () => {
  const admin = await signedIn(await aMember(server, { platform: 'admin' }));
  await admin.getByRole('link', { name: 'Operator' }).click();
  await admin.getByRole('link', { name: 'Outbox' }).click();
  await says(admin, 'SMTP_URL is not set');
  expect(await inspect(admin, 'operator-outbox')).toEqual([]);
  await admin.getByRole('link', { name: 'Audit trail' }).click();
  await says(admin, 'subscription.cancelled');
  expect(await inspect(admin, 'operator-audit')).toEqual([]);
  await admin.goBack();
  await admin.getByRole('link', { name: 'Quarterly board asks for access' }).first().click();
  await admin.getByText('> The board wants to know').waitFor();
  expect(await inspect(admin, 'operator-mail')).toEqual([]);
  const auditor = await signedIn(await aMember(server, { platform: 'auditor' }));
  await auditor.goto(admin.url());
  await says(auditor, 'The text is for administrators only');
  expect(await main(auditor)).not.toContain('The board wants to know');
});
