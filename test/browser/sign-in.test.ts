import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { inspect, launchBrowser, openVisit, type Visit } from '../support/browser.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let browser: Browser;
let app: RelyingParty;
let api: Awaited<ReturnType<typeof anApi>>;
const visits: Visit[] = [];

beforeAll(async () => {
  [server, browser, app] = await Promise.all([startTestServer(), launchBrowser(), startRelyingParty()]);
  api = await anApi(server.database, {
    scopes: [
      { name: 'reports:read', description: 'Read your reports' },
      { name: 'reports:write', description: 'Create and change reports' },
      { name: 'reports:share', description: '' },
    ],
  });
  await register(app, 'Team Dashboard', api);
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});

afterEach(async () => {
  const finished = visits.splice(0);
  await Promise.all(finished.map((visit) => visit.close()));
  expect(finished.flatMap((visit) => visit.problems)).toEqual([]);
});

async function register(relyingParty: RelyingParty, name: string, { identifier, scopes }: typeof api) {
  const subscriptions = [{ api: identifier, scopes: scopes.map((scope) => scope.name) }];
  const { redirectUri, postLogoutRedirectUri } = relyingParty;
  const registered = await aClient(server.database, {
    type: 'web',
    name,
    redirectUris: [redirectUri],
    postLogoutRedirectUris: [postLogoutRedirectUri],
    subscriptions,
  });
  await relyingParty.connect(server.issuer, registered);
}

/** A browser that has never been here. */
async function arrive(options: BrowserContextOptions = {}, relyingParty = app): Promise<Page> {
  const visit = await openVisit(browser, [server.issuer, relyingParty.origin], options);
  visits.push(visit);
  return visit.page;
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signInAndAllow(page: Page, person: { email: string; password: string }): Promise<void> {
  await signIn(page, person);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${app.origin}/`);
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText();

describe('a person in a browser', () => {
  it('signs in after a mistake, agrees, comes back silently and signs out', async () => {
    const person = await aPerson(server.database);
    const page = await arrive();
    const request = {
      scope: 'openid profile email reports:read reports:write reports:share',
      resource: api.identifier,
    };

    await page.goto(app.loginUrl(request));
    expect(await page.locator('main').innerText()).toContain('to continue to Team Dashboard');
    expect(await inspect(page, 'sign-in')).toEqual([]);

    await signIn(page, { email: person.email, password: 'not the password' });
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('do not go together');
    expect(await page.getByLabel('Email address').inputValue()).toBe(person.email);
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
    expect(await inspect(page, 'sign-in-problem')).toEqual([]);

    await signIn(page, person);
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    expect(await heading(page)).toBe('Team Dashboard asks for access');
    const text = await page.locator('main').innerText();
    for (const expected of ['See your profile', 'Read your reports', 'reports:share', 'Ada Lovelace', person.email]) {
      expect(text).toContain(expected);
    }
    expect(text).toContain(`you return to ${new URL(app.origin).host}`);
    expect(await inspect(page, 'consent')).toEqual([]);

    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${app.origin}/`);
    expect(await heading(page)).toBe('Hello Ada Lovelace');
    expect(await page.locator('pre').innerText()).toContain(person.email);

    await page.goto(app.loginUrl({ ...request, prompt: 'none' }));
    expect(page.url()).toBe(`${app.origin}/`);
    await page.goto(app.loginUrl(request));
    expect(page.url()).toBe(`${app.origin}/`);
    expect(await heading(page)).toBe('Hello Ada Lovelace');

    await page.goto(`${server.issuer}/session/end`);
    expect(await heading(page)).toBe('Sign out of Latchkey?');
    expect(await inspect(page, 'sign-out')).toEqual([]);
    // The app that the person signed in to says who they are, so nobody asks.
    await page.goto(`${app.origin}/logout`);
    await page.waitForURL(`${app.origin}/`);
    expect(await heading(page)).toBe('Signed out');

    await page.goto(app.loginUrl({ ...request, prompt: 'none' }));
    expect(await page.locator('pre').innerText()).toBe('error: login_required');
  });

  it('remembers consent in another browser', async () => {
    const person = await aPerson(server.database);
    const first = await arrive();
    await first.goto(app.loginUrl({ scope: 'openid profile' }));
    await signInAndAllow(first, person);

    const second = await arrive();
    await second.goto(app.loginUrl({ scope: 'openid profile' }));
    await signIn(second, person);
    await second.waitForURL(`${app.origin}/`);
    expect(await heading(second)).toBe('Hello Ada Lovelace');
  });

  it('says no, and the app is told so', async () => {
    const person = await aPerson(server.database);
    const page = await arrive();
    await page.goto(app.loginUrl({ scope: 'openid profile' }));
    await signIn(page, person);
    await page.getByRole('button', { name: 'No, go back' }).click();
    await page.waitForURL(`${app.origin}/callback**`);
    expect(await page.locator('pre').innerText()).toBe('error: access_denied');
  });

  it('cancels the sign-in, and the app is told so', async () => {
    const page = await arrive();
    await page.goto(app.loginUrl());
    await page.getByRole('button', { name: 'Cancel and go back' }).click();
    await page.waitForURL(`${app.origin}/callback**`);
    expect(await page.locator('pre').innerText()).toBe('error: access_denied');
  });

  it('is not sent to an address that the app has not registered', async () => {
    const page = await arrive();
    const response = await page.goto(app.loginUrl({ redirect_uri: `${app.origin}/elsewhere` }));
    expect(response?.status()).toBe(400);
    expect(new URL(page.url()).origin).toBe(server.issuer);
    expect(await heading(page)).toBe('This did not work');
    const text = await page.locator('main').innerText();
    expect(text).toContain('invalid_redirect_uri');
    expect(text).toContain(response?.headers()['x-request-id'] ?? 'a request id');
    expect(await inspect(page, 'error')).toEqual([]);
  });

  it('finds the way back from an address that does not exist', async () => {
    const page = await arrive();
    const response = await page.goto(`${server.issuer}/nowhere`);
    expect(response?.status()).toBe(404);
    expect(await page.locator('main').innerText()).toContain('There is nothing at this address.');
    expect(await inspect(page, 'not-found')).toEqual([]);
    await page.getByRole('link', { name: 'home page' }).click();
    await page.waitForURL(`${server.issuer}/`);
  });

  it('signs in to the server itself and out again', async () => {
    const person = await aPerson(server.database);
    const page = await arrive();
    await page.goto(server.issuer);
    expect(await inspect(page, 'home')).toEqual([]);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, person);
    await page.waitForURL(`${server.issuer}/`);
    expect(await inspect(page, 'home-signed-in')).toEqual([]);
    await page.locator('summary', { hasText: 'Ada Lovelace' }).click();
    expect(await page.locator('.menu').innerText()).toMatch(/Signed in as\s+Ada Lovelace/);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Password', { exact: true }).waitFor();
  });

  it('stays signed in to the server after signing out of an app', async () => {
    const page = await arrive();
    await page.goto(app.loginUrl({ scope: 'openid profile' }));
    await signInAndAllow(page, await aPerson(server.database));
    const clientId = (JSON.parse(await page.locator('pre').innerText()) as { aud: string }).aud;
    await page.goto(`${server.issuer}/session/end?client_id=${clientId}`);
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await page.waitForURL(/\/session\/end\/success/);
    expect(await page.locator('main').innerText()).toContain('You are still signed in to Latchkey.');
    expect(await inspect(page, 'signed-out-of-app')).toEqual([]);

    await page.goto(`${server.issuer}/session/end`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/session\/end\/success/);
    expect(await heading(page)).toBe('You are signed out');
    expect(await inspect(page, 'signed-out')).toEqual([]);
  });

  it('gets to the app by form_post under our CSP', async () => {
    const person = await aPerson(server.database);
    const page = await arrive();
    await page.goto(app.loginUrl({ scope: 'openid profile', response_mode: 'form_post' }));
    await signInAndAllow(page, person);
    expect(await heading(page)).toBe('Hello Ada Lovelace');
    expect(app.callbacks.at(-1)).toBe('POST code iss state');
  });
});

describe('the pages', () => {
  it('can be used with the keyboard alone', async () => {
    const person = await aPerson(server.database);
    const page = await arrive();
    await page.goto(app.loginUrl({ scope: 'openid profile' }));
    await page.keyboard.type(person.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');
    const allow = page.getByRole('button', { name: 'Allow' });
    await allow.waitFor();
    // A second Enter, from a key held too long, must not agree to anything.
    await page.keyboard.press('Enter');
    expect(await heading(page)).toBe('Team Dashboard asks for access');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await allow.and(page.locator(':focus')).count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app.origin}/`);
  });

  it('show the password on demand, and hide it before it is sent', async () => {
    const page = await arrive();
    await page.goto(app.loginUrl());
    const password = page.getByLabel('Password', { exact: true });
    await password.fill('a secret');
    await page.getByRole('button', { name: 'Show password' }).click();
    expect(await password.getAttribute('type')).toBe('text');
    expect(await inspect(page, 'sign-in-password-shown')).toEqual([]);
    await page.getByRole('button', { name: 'Hide password' }).click();
    expect(await password.getAttribute('type')).toBe('password');
  });

  it('work without JavaScript', async () => {
    const person = await aPerson(server.database);
    const page = await arrive({ javaScriptEnabled: false });
    await page.goto(app.loginUrl({ scope: 'openid profile' }));
    expect(await page.getByRole('button', { name: 'Show password' }).count()).toBe(0);
    await signInAndAllow(page, person);
    await page.goto(`${app.origin}/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${app.origin}/`);
    expect(await heading(page)).toBe('Signed out');
  });

  it('hold long names, long addresses and many permissions', async () => {
    const other = await startRelyingParty();
    try {
      const scopes = Array.from({ length: 10 }, (_, index) => ({
        name: `warehouse-inventory-replenishment:forecast-${index}:read-and-write`,
        description:
          index % 3 ? `See forecast number ${index} and how it was made, with every order that went into it` : '',
      }));
      const big = await anApi(server.database, { name: 'Warehouse inventory and replenishment forecasts', scopes });
      await register(
        other,
        `${'Donaudampfschifffahrtsgesellschaft'.repeat(2)} quarterly dashboards GmbH`.slice(0, 100),
        big,
      );
      const person = await aPerson(server.database, {
        email: `${'a'.repeat(60)}@${'long-subdomain.'.repeat(10)}example.com`,
        name: 'Wolfeschlegelsteinhausenbergerdorff '.repeat(2).trim(),
      });
      const page = await arrive({ viewport: { width: 320, height: 640 } }, other);
      const scope = ['openid profile email offline_access', ...scopes.map(({ name }) => name)].join(' ');
      await page.goto(other.loginUrl({ scope, resource: big.identifier, prompt: 'consent' }));
      await signIn(page, { email: person.email, password: 'not the password' });
      await page.getByRole('alert').waitFor();
      expect(await inspect(page, 'sign-in-long')).toEqual([]);
      await signIn(page, person);
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      expect(await page.getByRole('listitem').count()).toBe(13);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect(await inspect(page, 'consent-long')).toEqual([]);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`${other.origin}/`);
    } finally {
      await other.stop();
    }
  });
});
