import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { aClient, anApi } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

/** A developer with three apps, signed in at a page. */
async function open(path: string, options: BrowserContextOptions = {}, platform?: 'admin'): Promise<Page> {
  const team = await aTeam(server, `Reporting ${Date.now()}`);
  const { email, password } = await aMember(server, { team: team.id, ...(platform ? { platform } : {}) });
  for (const name of ['Sales dashboard', 'Nightly export', 'Sales import']) {
    await aClient(server.database, { type: 'machine', name, team: team.id });
  }
  await anApi(server.database, { teamId: team.id });
  const page = await browsing.open(options);
  await page.goto(`${server.issuer}/sign-in?to=${encodeURIComponent(path)}`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const names = (page: Page) => page.locator('#list tbody th a').allInnerTexts();

describe('a list', () => {
  it('follows what is typed and chosen, and says how many there are', async () => {
    const page = await open('/apps');
    const search = page.getByRole('searchbox', { name: 'Search' });
    await search.pressSequentially('sales');
    await page.getByRole('status').getByText('2 apps').waitFor();
    expect(await names(page)).toEqual(['Sales import', 'Sales dashboard']);
    expect(await search.and(page.locator(':focus')).count()).toBe(1);
    expect(page.url()).toBe(`${server.issuer}/apps?search=sales`);
    await page.getByLabel('Purpose').selectOption('web');
    await page.getByRole('status').getByText('0 apps').waitFor();
    expect(page.url()).toBe(`${server.issuer}/apps?search=sales&purpose=web`);
    // The address can be kept, and gives the same page.
    await page.reload();
    expect(await page.getByLabel('Purpose').inputValue()).toBe('web');
    await page.getByRole('link', { name: 'All apps' }).click();
    await page.getByRole('status').getByText('3 apps').waitFor();
    await page.getByRole('link', { name: 'App', exact: true }).click();
    expect(await names(page)).toEqual(['Nightly export', 'Sales dashboard', 'Sales import']);
    expect(await inspect(page, 'apps-list')).toEqual([]);
  });

  it('shows the answer to what was typed last, whichever comes last', async () => {
    const page = await open('/apps');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/search=nightly$/, async (route) => {
      await held;
      // What was given up meanwhile needs no answer.
      await route.continue().catch(() => {});
    });
    const search = page.getByRole('searchbox', { name: 'Search' });
    const asked = page.waitForRequest(/search=nightly$/);
    await search.fill('nightly');
    await asked;
    await search.fill('import');
    await page.getByRole('status').getByText('1 app', { exact: true }).waitFor();
    release();
    await page.getByRole('link', { name: 'Sales import' }).waitFor();
    expect(await names(page)).toEqual(['Sales import']);
  });

  it('is searched by its button without a script', async () => {
    const page = await open('/apps', { javaScriptEnabled: false });
    await page.getByRole('searchbox', { name: 'Search' }).fill('nightly');
    await page.getByLabel('Purpose').selectOption('machine');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(await names(page)).toEqual(['Nightly export']);
    expect(await page.getByLabel('Purpose').inputValue()).toBe('machine');
  });
});

describe('the pictures', () => {
  it.each([
    ['/apis', 'apis-list'],
    ['/operator/people', 'people-list'],
    ['/operator/audit', 'audit-list'],
    ['/operator/outbox', 'outbox-list'],
  ])('of %s have no finding', async (path, name) => {
    expect(await inspect(await open(path, {}, 'admin'), name)).toEqual([]);
  });
});

describe('several rows', () => {
  it('are ticked at once, and decided on together', async () => {
    const page = await open('/apps', {}, 'admin');
    const { db } = server.database;
    const { id: api_id } = await anApi(server.database);
    const apps = await db.selectFrom('clients').select('id').where('name', 'like', 'Sales%').limit(2).execute();
    const now = new Date();
    const asked = { scopes: [], pending_scopes: ['reports:read'], pending_at: now, created_at: now };
    const rows = apps.map(({ id }) => ({ client_id: id, api_id, state: 'pending' as const, ...asked }));
    await db.insertInto('subscriptions').values(rows).execute();
    await page.goto(`${server.issuer}/approvals`);
    await page.getByLabel('All on this page').check();
    expect(await page.locator('input[name="pick"]:checked').count()).toBe(2);
    expect(await inspect(page, 'approvals-several')).toEqual([]);
    await page.getByRole('button', { name: 'Approve the chosen ones as asked' }).click();
    await page.getByText('Done for 2.').waitFor();
    expect(await page.locator('.side-badge').count()).toBe(0);
  });
});
