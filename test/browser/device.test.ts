import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { poll, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';

const browsing = useBrowser();
let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
let app: Awaited<ReturnType<typeof aClient>>;

beforeAll(async () => {
  ({ server } = browsing);
  api = await anApi(server.database, {
    name: 'Sales reports',
    scopes: [{ name: 'reports:read', description: 'Read your reports' }],
  });
  app = await aDevice('Wallboard');
});

const aDevice = (name: string) =>
  aClient(server.database, {
    type: 'device',
    name,
    subscriptions: [{ api: api.identifier, scopes: api.scopes.map((scope) => scope.name) }],
  });

/** A browser that has never been here. */
async function arrive(options: BrowserContextOptions = {}): Promise<Page> {
  return browsing.open(options);
}

const forApi = () => ({ scope: 'openid profile offline_access reports:read', resource: api.identifier });
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await press(page, 'Sign in');
}

describe('a person who connects a device', () => {
  it('types the code in after a mistake, checks it, signs in, agrees and is done', async () => {
    const person = await aPerson(server.database);
    const device = await startDevice(server, app, forApi());
    const page = await arrive();
    await page.goto(device.verification_uri);
    expect(await page.getByLabel('Code').and(page.locator(':focus')).count()).toBe(1);
    expect(await inspect(page, 'device-code')).toEqual([]);

    await page.keyboard.type('bcd-fgh-jkl');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('No device is waiting');
    expect(await inspect(page, 'device-code-problem')).toEqual([]);

    await page.getByLabel('Code').fill(device.user_code.toLowerCase().replaceAll('-', ''));
    await press(page, 'Continue');
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    expect(await heading(page)).toBe('Connect Wallboard?');
    expect(await page.locator('main').innerText()).toContain(device.user_code);
    expect(await inspect(page, 'device-confirm')).toEqual([]);

    await press(page, 'Continue');
    await signIn(page, person);
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    expect(await inspect(page, 'device-consent')).toEqual([]);
    await press(page, 'Allow');
    await page.getByText('is connected').waitFor();
    expect(await inspect(page, 'device-done')).toEqual([]);
    expect((await poll(server, app, device)).status).toBe(200);
  });

  it('comes by the address with the code, and is asked all the same', async () => {
    const person = await aPerson(server.database);
    const page = await arrive();
    const [first, second] = [await startDevice(server, app, forApi()), await startDevice(server, app, forApi())];
    await page.goto(first.verification_uri_complete);
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    expect(page.url()).toBe(`${server.issuer}/device`);
    await press(page, 'Continue');
    await signIn(page, person);
    await press(page, 'Allow');
    await page.getByText('is connected').waitFor();

    await page.goto(second.verification_uri_complete);
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    expect(await page.locator('main').innerText()).toContain(person.email);
    expect(await inspect(page, 'device-confirm-signed-in')).toEqual([]);
    await press(page, 'Deny');
    await page.getByText('Nothing was connected').waitFor();
    expect(await inspect(page, 'device-denied')).toEqual([]);
    expect((await poll(server, app, second)).body.error).toBe('access_denied');
  });

  it('needs no JavaScript, on a phone', async () => {
    const person = await aPerson(server.database);
    const device = await startDevice(server, app, forApi());
    const page = await arrive({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
    await page.goto(device.verification_uri_complete);
    expect(await page.getByLabel('Code').inputValue()).toBe(device.user_code);
    await press(page, 'Continue');
    await press(page, 'Continue');
    await signIn(page, person);
    await press(page, 'Allow');
    expect(await heading(page)).toBe('Wallboard is connected');
  });

  it('can use the keyboard alone, and a key held too long confirms nothing', async () => {
    const device = await startDevice(server, app, forApi());
    const page = await arrive();
    await page.goto(device.verification_uri);
    await page.keyboard.type(device.user_code);
    await page.keyboard.press('Enter');
    const deny = page.getByRole('button', { name: 'Deny' });
    await deny.waitFor();
    await page.keyboard.press('Enter');
    expect(await heading(page)).toBe('Connect Wallboard?');
    await page.keyboard.press('Tab');
    expect(await deny.and(page.locator(':focus')).count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('Email address').waitFor();
  });

  it('sees all of a long name on a narrow phone', async () => {
    const long = await aDevice(`${'Donaudampfschifffahrtsgesellschaft'.repeat(2)} meeting room displays`.slice(0, 100));
    const device = await startDevice(server, long, forApi());
    const page = await arrive({ viewport: { width: 320, height: 640 } });
    await page.goto(device.verification_uri_complete);
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(await inspect(page, 'device-confirm-long')).toEqual([]);
  });
});
