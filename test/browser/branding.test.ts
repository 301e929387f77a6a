import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { changeBranding } from '../../src/branding/branding.ts';
import { toPicture } from '../../src/branding/picture.ts';
import { createPictureDecoder } from '../../src/pictures/decoder.ts';
import { inspect, launchBrowser, openVisit, type Visit } from '../support/browser.ts';
import { aClient, anApi } from '../support/factories.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember } from '../support/teams.ts';

let server: TestServer;
let browser: Browser;
let app: RelyingParty;
let api: Awaited<ReturnType<typeof anApi>>;
let visit: Visit;

beforeAll(async () => {
  [server, browser, app] = await Promise.all([startTestServer(), launchBrowser(), startRelyingParty()]);
  api = await anApi(server.database, { scopes: [{ name: 'reports:read', description: 'Read your reports' }] });
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const { redirectUri, postLogoutRedirectUri } = app;
  const web = { redirectUris: [redirectUri], postLogoutRedirectUris: [postLogoutRedirectUri], subscriptions };
  await app.connect(server.issuer, await aClient(server.database, { type: 'web', name: 'Team Dashboard', ...web }));
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});
beforeEach(async () => {
  visit = await openVisit(browser, [server.issuer, app.origin], { reducedMotion: 'reduce' });
});
afterEach(async () => {
  await visit.close();
  expect(visit.problems).toEqual([]);
});

const LINKS = {
  privacyUrl: 'https://acme.example/privacy',
  termsUrl: 'https://acme.example/terms',
  supportUrl: 'mailto:help@acme.example',
};

async function brandAs(name: string, accent: string) {
  const by = { actor: { type: 'operator' as const }, now: new Date() };
  const decoder = createPictureDecoder();
  const sign = (ground: string, ink: string) =>
    sharp(
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" rx="28" fill="${ground}"/><circle cx="64" cy="64" r="30" fill="${ink}"/></svg>`,
      ),
    )
      .png()
      .toBuffer();
  try {
    const logo = await toPicture(decoder, await sign('#111111', accent), by);
    const darkLogo = await toPicture(decoder, await sign('#ffffff', accent), by);
    await changeBranding(server.database.db, { name, accent, logo, darkLogo, ...LINKS }, by);
  } finally {
    decoder.close();
  }
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The colors of the primary button and of what it stands on, as the browser paints them. */
const painted = (page: Page) =>
  page.locator('button.primary').evaluate((button) => {
    const { backgroundColor, color } = getComputedStyle(button);
    return [backgroundColor, color];
  });

describe.each([
  ['a bright yellow', 'Sunny ID', '#ffd500', 'yellow'],
  ['a near-black', 'Acme & Söhne Identity Services', '#0a0a0a', 'black'],
])('an installation with %s accent', (_what, name, accent, label) => {
  it('can be read by everybody, in light and dark, at every width', async () => {
    await brandAs(name, accent);
    const person = await aMember(server, { platform: 'admin' });
    const { page } = visit;
    const problems: string[] = [];
    const look = async (what: string) => problems.push(...(await inspect(page, `branding-${label}-${what}`)));

    await page.goto(app.loginUrl({ scope: 'openid profile reports:read', resource: api.identifier }));
    expect(await page.title()).toBe(`Sign in · ${name}`);
    await look('sign-in');
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await painted(page);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await painted(page);
    // In one theme it is as it was chosen, in the other it is adapted.
    expect(label === 'yellow' ? [dark, light[0] === dark[0]] : [light, light[0] === dark[0]]).toEqual([
      label === 'yellow' ? ['rgb(255, 213, 0)', 'rgb(0, 0, 0)'] : ['rgb(10, 10, 10)', 'rgb(255, 255, 255)'],
      false,
    ]);
    await signIn(page, person);
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await look('consent');
    await page.goto(`${server.issuer}/device`);
    await look('device');
    await page.goto(`${server.issuer}/nothing-here`);
    await look('error');
    await page.goto(`${server.issuer}/sign-in`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look('home');
    await page.goto(`${server.issuer}/operator/branding`);
    await look('operator');
    expect(problems).toEqual([]);
  });
});

describe('the page about branding', () => {
  it('shows a color on both kinds of pages, whatever the theme of the page is', async () => {
    const { page } = visit;
    await page.goto(`${server.issuer}/sign-in`);
    await signIn(page, await aMember(server, { platform: 'admin' }));
    await page.goto(`${server.issuer}/operator/branding`);
    await page.getByRole('textbox', { name: 'Color' }).fill('#7a1fa2');
    await page.getByRole('button', { name: 'Show the color' }).click();
    await page.getByText('#7a1fa2, as chosen.').waitFor();
    const buttons = page.locator('.sample-button');
    const colors = () => buttons.evaluateAll((all) => all.map((button) => getComputedStyle(button).backgroundColor));
    await page.emulateMedia({ colorScheme: 'light' });
    const inLight = await colors();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colors()).toEqual(inLight);
    expect(inLight[0]).toBe('rgb(122, 31, 162)');
    expect(inLight[1]).not.toBe(inLight[0]);
    expect(await inspect(page, 'branding-preview')).toEqual([]);
  });
});
