import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { aClient, anApi } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

const browsing = useBrowser();
let server: TestServer;
let person: { email: string; password: string };
let app: string;
beforeAll(async () => {
  ({ server } = browsing);
  const { id: team } = await aTeam(server, 'Sales people');
  person = await aMember(server, { team });
  app = (await aClient(server.database, { type: 'machine', name: 'Sales dashboard', team })).clientId;
  await anApi(server.database, { name: 'Sales figures', teamId: team });
});

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browsing.open(options);
  await page.goto(`${server.issuer}/sign-in?to=/apps`);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Apps' }).waitFor();
  return page;
}

const box = (page: Page) => page.getByRole('combobox', { name: 'Search for' });
const chosen = (page: Page) => page.locator('#palette [aria-selected="true"]');

describe('the search behind Ctrl-K', () => {
  it('finds by the keyboard alone, and leads there by Enter', async () => {
    const page = await open();
    await page.keyboard.press('Control+k');
    expect(await box(page).and(page.locator(':focus')).count()).toBe(1);
    // Pages stand there before anything is typed.
    await page.getByRole('option', { name: 'New app' }).waitFor();
    await page.keyboard.type('sales');
    await page.getByRole('status').getByText('3 found').waitFor();
    expect(await page.locator('#palette').getByRole('group').count()).toBe(3);
    expect(await chosen(page).innerText()).toContain('Sales dashboard');
    expect(await box(page).getAttribute('aria-activedescendant')).toBe(await chosen(page).getAttribute('id'));
    expect(await box(page).getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowDown');
    expect(await chosen(page).innerText()).toContain('Sales figures');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    expect(await chosen(page).innerText()).toContain('Sales people');
    await page.keyboard.press('ArrowDown');
    expect(await inspect(page, 'palette')).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.issuer}/apps/${app}`);
  });

  it('closes by Escape, back where one was, and opens by ⌘K and by its button', async () => {
    const page = await open();
    const button = page.getByRole('link', { name: 'Search' });
    await button.focus();
    await page.keyboard.press('Enter');
    await box(page).waitFor();
    await page.keyboard.press('Escape');
    await box(page).waitFor({ state: 'hidden' });
    expect(await button.and(page.locator(':focus')).count()).toBe(1);
    await page.keyboard.press('Meta+k');
    await box(page).waitFor();
    expect(page.url()).toBe(`${server.issuer}/apps`);
  });

  it('says that there is nothing, and sends what is typed to the page when Enter is faster than the answer', async () => {
    const page = await open();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('zzz');
    await page.locator('#palette').getByText('Nothing found').waitFor();
    await box(page).fill('sales');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.issuer}/search?search=sales`);
    expect(await page.locator('#list [data-found]').count()).toBe(3);
    expect(await inspect(page, 'search-page')).toEqual([]);
  });

  it('is a page without a script', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.getByRole('link', { name: 'Search' }).click();
    await page.getByRole('searchbox').fill('figures');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'Sales figures' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sales figures' }).waitFor();
  });
});
