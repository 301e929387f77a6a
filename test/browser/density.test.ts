import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { useBrowser } from '../support/browsing.ts';
import { aClient, anApi } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';
import { aMember, aTeam } from '../support/teams.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

/** An owner with an app and an API, signed in at a page; `{app}` is the app. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const team = await aTeam(server);
  const { account, email, password } = await aMember(server, { team: team.id, role: 'owner' });
  await aMember(server, { team: team.id });
  const { clientId } = await aClient(server.database, { type: 'machine', name: 'Sales dashboard', team: team.id });
  const { db } = server.database;
  const soon = new Date(Date.now() + 300 * 86_400_000);
  const secret = { name: 'Winter of 2026', created_by: account.id, expires_at: soon };
  await db.updateTable('client_secrets').set(secret).where('client_id', '=', clientId).execute();
  await anApi(server.database, { teamId: team.id });
  const page = await browsing.open(options);
  const to = path.replace('{app}', clientId).replace('{team}', team.id);
  await page.goto(`${server.issuer}/sign-in?to=${encodeURIComponent(to)}`);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const heightsOf = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().height)));

describe('a list', () => {
  it.each(['/apps', '/teams', '/teams/{team}', '/apps/{app}/credentials'])(
    'at %s has rows of 40 pixels on a desktop',
    async (path) => {
      const heights = await heightsOf(await open(path), '.list tbody tr');
      expect(new Set(heights)).toEqual(new Set([40]));
    },
  );

  it.each(['/apps', '/teams/{team}'])('at %s has room for a finger on a phone', async (path) => {
    const page = await open(path, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const heights = await heightsOf(page, '.list tbody :is(th a, .button, button, select)');
    expect(heights.length).toBeGreaterThan(0);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
  });
});

describe('the form of a new app', () => {
  it('says in a sentence what its tokens can do, without a script', async () => {
    const page = await open('/apps/new', { javaScriptEnabled: false });
    const said = async () => (await page.locator('.says').innerText()).replace(/\s+/g, ' ').trim();
    expect(await said()).toBe('A token of this app says who the app is, and opens no API: no scope is ticked.');
    const offer = page.locator('.offer').first();
    if (!(await offer.evaluate((one) => one.hasAttribute('open')))) await offer.locator('summary').click();
    await offer.getByRole('checkbox').first().check();
    expect(await said()).toBe(
      'A token of this app may do what is ticked above, each token for one of these APIs, and nothing else.',
    );
    await page.locator('[name="type"][value="web"]').check();
    expect(await said()).toMatch(/and nothing else\. It does so for a person who has signed in and agreed/);
  });
});
