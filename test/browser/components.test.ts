import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { aPerson } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';

const browsing = useBrowser();
let server: TestServer;

beforeAll(() => {
  ({ server } = browsing);
});

/** The page with all components, opened by somebody who has signed in. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const person = await aPerson(server.database);
  const page = await browsing.open(options);
  await page.goto(`${server.issuer}/sign-in?to=/development/components`);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Components' }).waitFor();
  return page;
}

const menuOf = (page: Page) => page.locator('details.menu', { hasText: 'More of Sales dashboard' });
const isOpen = (menu: Locator) => menu.evaluate((element) => (element as unknown as { open: boolean }).open);
const hasFocus = (page: Page, item: Locator) => item.and(page.locator(':focus')).count();

describe('the components', () => {
  it('are shown, each in every state, without a finding', async () => {
    expect(await inspect(await open(), 'components')).toEqual([]);
  });
});

describe('a menu', () => {
  it('moves by the arrow keys, around its ends, and closes by Escape, back on its button', async () => {
    const page = await open();
    const menu = menuOf(page);
    await menu.locator('summary').focus();
    await page.keyboard.press('Enter');
    const [first, last] = [
      menu.getByRole('link', { name: 'Settings' }),
      menu.getByRole('link', { name: 'Stop the app' }),
    ];
    await page.keyboard.press('ArrowDown');
    expect(await hasFocus(page, first)).toBe(1);
    await page.keyboard.press('ArrowDown');
    expect(await hasFocus(page, last)).toBe(1);
    await page.keyboard.press('ArrowDown');
    expect(await hasFocus(page, first)).toBe(1);
    await page.keyboard.press('ArrowUp');
    expect(await hasFocus(page, last)).toBe(1);
    await page.keyboard.press('Escape');
    expect([await isOpen(menu), await hasFocus(page, menu.locator('summary'))]).toEqual([false, 1]);
  });

  it('closes by a click elsewhere', async () => {
    const page = await open();
    const menu = menuOf(page);
    await menu.locator('summary').click();
    expect(await isOpen(menu)).toBe(true);
    await page.getByRole('heading', { name: 'avatar' }).click();
    expect(await isOpen(menu)).toBe(false);
  });
});

describe('a button that copies', () => {
  it('copies an identifier whole, without its joints, and says so', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const place = page.locator('.id', { hasText: 'regions' });
    await place.getByRole('button', { name: 'Copy identifier' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'https://sales.internal.example.com/api/v2/regions',
    );
  });
});

describe('code in several languages', () => {
  it('shows one at a time', async () => {
    const page = await open({ javaScriptEnabled: false });
    const [curl, script] = [page.getByText('Paste it into a terminal.'), page.getByText('Save it as token.mjs.')];
    expect([await curl.isVisible(), await script.isVisible()]).toEqual([true, false]);
    await page.locator('label', { hasText: 'JavaScript' }).click();
    expect([await curl.isVisible(), await script.isVisible()]).toEqual([false, true]);
  });
});

describe('the frame of the portal, without a script', () => {
  const phone = { javaScriptEnabled: false, viewport: { width: 390, height: 844 } };

  it('opens its sections on a phone, which lead on', async () => {
    const page = await open(phone);
    const teams = page.getByRole('link', { name: 'Teams', exact: true });
    expect(await teams.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await teams.click();
    await page.waitForURL(`${server.issuer}/teams`);
  });

  it('changes its colors, and signs out', async () => {
    const page = await open({ javaScriptEnabled: false });
    const color = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await color();
    await page.locator('summary', { hasText: 'Ada Lovelace' }).click();
    await page.locator('#side').getByRole('button', { name: 'Dark' }).click();
    await page.waitForURL(`${server.issuer}/development/components`);
    expect([light, await color()]).toEqual(['rgb(247, 245, 240)', 'rgb(18, 19, 17)']);
    await page.locator('summary', { hasText: 'Ada Lovelace' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('One sign-in for your apps').waitFor();
    expect(await color()).toBe('rgb(18, 19, 17)');
  });
});
