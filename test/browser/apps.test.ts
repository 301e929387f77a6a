import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { findClient } from '../../src/clients/find-clients.ts';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { inspect } from '../support/browser.ts';
import { useBrowser } from '../support/browsing.ts';
import { anApi, aPerson } from '../support/factories.ts';
import type { TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

const browsing = useBrowser();
let server: TestServer;
beforeAll(() => {
  ({ server } = browsing);
});

const operator = () => ({ actor: { type: 'operator' } as const, now: new Date() });

async function openPortal(options: { acceptDownloads?: boolean } = {}) {
  return browsing.open(options);
}

/** Clicks that a person makes; typing and looking are none. */
function countClicks(page: Page) {
  let clicks = 0;
  return {
    count: () => clicks,
    async on(name: string, role: 'link' | 'button' = 'button') {
      clicks += 1;
      await page.getByRole(role, { name, exact: true }).click();
    },
  };
}

/** A person who is signed in, with a new machine app whose credential is on the page. */
async function withNewApp(page: Page, name = 'Dashboard backend') {
  const person = await aPerson(server.database);
  const click = countClicks(page);
  await page.goto(server.issuer);
  await click.on('Sign in', 'link');
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await click.on('Sign in');
  await click.on('Apps', 'link');
  await click.on('New app', 'link');
  await page.getByLabel('Name').fill(name);
  await click.on('Create the app');
  const clientId = /app_\w+/.exec(page.url())?.[0] ?? '';
  const clientSecret = (await page.getByLabel('The secret').innerText()).trim();
  return { person, click, clientId, clientSecret };
}

async function allow(clientId: string) {
  const { identifier } = await anApi(server.database);
  const subscription = { clientId, apiIdentifier: identifier, scopes: ['reports:read', 'reports:write'] };
  await subscribe(server.database.db, subscription, operator());
  return identifier;
}

it('takes a double click for one, and the next app for another', async () => {
  const person = await aPerson(server.database);
  const page = await openPortal();
  await page.goto(`${server.issuer}/sign-in?to=/apps/new`);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).dblclick();
  const apps = async () =>
    (await server.database.db.selectFrom('clients').select('name').where('name', 'like', 'Clicked%').execute()).length;
  for (const count of [1, 2]) {
    await page.getByLabel('Name').fill(`Clicked ${count}`);
    await page.getByRole('button', { name: 'Create the app' }).dblclick();
    await page.getByLabel('The secret').waitFor();
    expect(await apps()).toBe(count);
    await page.goBack();
  }
});

describe('from signing in to a working token', () => {
  it('takes at most eight clicks, with nobody helping', async () => {
    const api = await anApi(server.database, { name: 'Sales figures' });
    const person = await aPerson(server.database);
    const page = await openPortal();
    const click = countClicks(page);
    await page.goto(server.issuer);
    await click.on('Sign in', 'link');
    await page.getByLabel('Email address').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await click.on('Sign in');
    await click.on('Apps', 'link');
    await click.on('New app', 'link');
    await page.getByLabel('Name').fill('Sales dashboard');
    await page.getByText('reports:read', { exact: true }).click();
    await page.getByText('reports:write', { exact: true }).click();
    expect(await inspect(page, 'apps-new')).toEqual([]);
    await click.on('Create the app');
    expect(await page.getByText('It may use reports:read, reports:write of Sales figures.').isVisible()).toBe(true);
    expect(await inspect(page, 'apps-credential')).toEqual([]);
    await click.on('Try it: get a real token');
    const token = (await page.getByLabel('The token').innerText()).trim();
    expect(decodeJwt(token)).toMatchObject({ aud: api.identifier, scope: 'reports:read reports:write' });
    expect(await page.getByRole('heading', { name: 'What it says' }).isVisible()).toBe(true);
    expect(click.count() + 2).toBeLessThanOrEqual(8);
    expect(await inspect(page, 'apps-credential-tried')).toEqual([]);
  });

  it('says what is next when no API was chosen', async () => {
    const page = await openPortal();
    const { click, clientId } = await withNewApp(page);
    expect(await inspect(page, 'apps-credential-without-api')).toEqual([]);
    const identifier = await allow(clientId);
    await click.on('Try it: get a real token');
    const token = (await page.getByLabel('The token').innerText()).trim();
    expect(decodeJwt(token)).toMatchObject({ aud: identifier, client_id: clientId });
  });
});

describe('a secret that is rotated under a running client', () => {
  it('fails not one request, and the old one ends by itself', async () => {
    const page = await openPortal();
    const { clientId, clientSecret } = await withNewApp(page);
    await allow(clientId);

    // A client that asks for tokens all the time, and reads its secret anew for each, as from a mounted file.
    let current = clientSecret;
    let running = true;
    const statuses: number[] = [];
    const wentOver = Promise.withResolvers<void>();
    const client = (async () => {
      while (running) {
        const used = current;
        statuses.push((await requestToken(server, { clientId, clientSecret: used })).status);
        if (used !== clientSecret) wentOver.resolve();
      }
    })();

    await page.getByRole('link', { name: 'Go to the app' }).click();
    expect(await inspect(page, 'apps-show')).toEqual([]);
    await page.getByRole('link', { name: 'Credentials' }).click();
    await page.locator('summary', { hasText: 'Actions first' }).click();
    await page.getByRole('link', { name: 'Rotate' }).click();
    await page.getByLabel('Name').fill('after the rotation');
    expect(await page.getByLabel('Hours for which the old one stays').inputValue()).toBe('24');
    expect(await inspect(page, 'apps-rotate')).toEqual([]);
    await page.getByLabel('When the new one is first used').check();
    expect(await page.getByLabel('Hours for which the old one stays').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Make the new secret' }).click();
    const fresh = (await page.getByLabel('The secret').innerText()).trim();
    await page.getByRole('link', { name: 'Go to the app' }).click();
    await page.getByRole('link', { name: 'Credentials' }).click();
    expect(await page.getByText(`ends with ${fresh.slice(-4)}`).count()).toBe(1);
    expect(await page.getByText('Expires when “after the rotation” is first used.').isVisible()).toBe(true);
    expect(await inspect(page, 'apps-credentials')).toEqual([]);
    const before = statuses.length;
    current = fresh;
    await wentOver.promise;
    running = false;
    await client;
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(before).toBeGreaterThan(1);
    expect((await requestToken(server, { clientId, clientSecret })).status).toBe(401);
    await page.reload();
    expect(await page.getByText('expired', { exact: true }).isVisible()).toBe(true);
  });
});

describe('the pages of apps', () => {
  it('read well empty and full, and say what is wrong', async () => {
    const page = await openPortal();
    const { clientId } = await withNewApp(page, 'An app with quite a long name, as people give them');
    await page.goto(`${server.issuer}/apps`);
    expect(await inspect(page, 'apps-list')).toEqual([]);
    await page.goto(`${server.issuer}/apps?search=nothing`);
    expect(await inspect(page, 'apps-list-empty')).toEqual([]);
    await page.goto(`${server.issuer}/apps/new`);
    expect(await page.getByLabel('Redirect URIs').isVisible()).toBe(false);
    await page.getByText('Web app', { exact: true }).click();
    await page.getByLabel('Redirect URIs').fill('http://app.example.com/cb\n/callback');
    await page.getByLabel('Name').fill('Board');
    await page.getByRole('button', { name: 'Create the app' }).click();
    expect(await page.getByLabel('Redirect URIs').inputValue()).toBe('http://app.example.com/cb\n/callback');
    expect(await inspect(page, 'apps-new-refused')).toEqual([]);
    for (const [path, name] of [
      ['disable', 'apps-stop'],
      ['delete', 'apps-delete'],
      ['settings', 'apps-settings'],
    ]) {
      await page.goto(`${server.issuer}/apps/${clientId}/${path}`);
      expect(await inspect(page, name ?? '')).toEqual([]);
    }
  });

  it('show the logo on the app’s page and where people sign in', async () => {
    const page = await openPortal();
    const person = await aPerson(server.database);
    await page.goto(`${server.issuer}/sign-in?to=/apps/new`);
    await page.getByLabel('Email address').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Web app', { exact: true }).click();
    await page.getByLabel('Name').fill('Board');
    await page.getByLabel('Redirect URIs').fill('https://app.example.com/callback');
    await page.getByRole('button', { name: 'Create the app' }).click();
    expect(await inspect(page, 'apps-credential-web')).toEqual([]);
    const clientId = /app_\w+/.exec(page.url())?.[0] ?? '';
    await page.goto(`${server.issuer}/apps/${clientId}/settings`);
    expect(await inspect(page, 'apps-settings-web')).toEqual([]);
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><rect width="300" height="300" rx="60" fill="#0f6a3d"/><circle cx="150" cy="150" r="80" fill="#fff"/></svg>';
    const buffer = await sharp(Buffer.from(svg)).png().toBuffer();
    await page.getByLabel('Picture').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer });
    await page.getByRole('button', { name: 'Upload' }).click();
    expect(await inspect(page, 'apps-settings-logo')).toEqual([]);
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      scope: 'openid profile',
      redirect_uri: 'https://app.example.com/callback',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    await page.goto(`${server.issuer}/auth?${query}`);
    expect(await page.evaluate("document.querySelector('.app-logo img').naturalWidth")).toBe(256);
    expect(await inspect(page, 'consent-with-logo')).toEqual([]);
  });

  it('go back to a secret with an address of keys half typed, which is out of sight then', async () => {
    const page = await openPortal();
    const { clientId } = await withNewApp(page, 'Without a key');
    await page.goto(`${server.issuer}/apps/${clientId}/authentication`);
    await page.getByText('A key of its own').click();
    await page.getByLabel('Or the address of the keys').fill('app.example');
    await page.getByText('A secret in the body of the request').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved how the app authenticates.').waitFor();
  });

  it('make a key whose private part stays in the browser', async () => {
    const page = await openPortal({ acceptDownloads: true });
    const { clientId } = await withNewApp(page, 'With a key');
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await page.goto(`${server.issuer}/apps/${clientId}/authentication`);
    await page.getByText('A key of its own').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Make a key here' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${clientId}-private-key.json`);
    const jwk = JSON.parse(readFileSync(await download.path(), 'utf8'));
    expect(await inspect(page, 'apps-authentication')).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByText(`EC · P-256 · ${jwk.kid}`).isVisible()).toBe(true);
    const client = await findClient(server.database.db, clientId, 'app.read', operator());
    expect(client.auth_method).toBe('private_key_jwt');
    const { x, y } = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' })).export({ format: 'jwk' });
    expect(client.jwks?.keys).toMatchObject([{ x, y, kid: jwk.kid }]);
    expect(sent.join('')).toContain(encodeURIComponent(jwk.x));
    expect(sent.join('')).not.toContain(jwk.d);
  });
});
