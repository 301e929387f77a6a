import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { root } from '../examples/program.ts';
import { launchBrowser, openVisit, type Visit } from '../support/browser.ts';
import { aPerson } from '../support/factories.ts';
import { certificate, certificateKey } from '../support/proxies.ts';
import { type Deployment, deploy } from './deployment.ts';

const library = readFileSync(join(root, 'node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js'));
const page = readFileSync(new URL('programs/oidc-client-ts.html', import.meta.url), 'utf8');

let server: Deployment;
let browser: Browser;
let app: Server;
let origin: string;
let visit: Visit;
/** Of oidc-client-ts, for the page that the app serves next. */
let settings: Record<string, unknown>;

beforeAll(async () => {
  [server, browser] = await Promise.all([deploy('/auth'), launchBrowser()]);
  const tls = { cert: readFileSync(certificate), key: readFileSync(certificateKey) };
  app = createServer(tls, ({ url }, response) => {
    if (url === '/oidc-client-ts.min.js') response.setHeader('content-type', 'text/javascript').end(library);
    else response.setHeader('content-type', 'text/html').end(page.replace('SETTINGS', JSON.stringify(settings)));
  });
  await new Promise<void>((resolve) => app.listen(0, 'localhost', resolve));
  origin = `https://localhost:${(app.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await visit?.close();
  expect(visit?.problems).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  app?.close();
  // The look of this spec at a token that was revoked.
  expect(await server?.stop()).toEqual(['GET /me 401']);
});

/** Opens the app, signs a new person in there and agrees. */
async function signIn(more: Record<string, unknown>) {
  const { clientId } = await server.register({
    type: 'spa',
    redirectUris: [`${origin}/callback`],
    postLogoutRedirectUris: [`${origin}/`],
  });
  settings = { authority: server.issuer, client_id: clientId, ...more };
  const ada = await aPerson(server.database);
  visit = await openVisit(browser, [new URL(server.issuer).origin, origin], { ignoreHTTPSErrors: true });
  await visit.page.goto(origin);
  await press(visit.page, 'Sign in');
  await visit.page.getByLabel('Email address').fill(ada.email);
  await visit.page.getByLabel('Password', { exact: true }).fill(ada.password);
  await press(visit.page, 'Sign in');
  await press(visit.page, 'Allow');
  return { page: visit.page, ada };
}

const press = (on: Page, name: string) => on.getByRole('button', { name, exact: true }).click();
const title = (on: Page, name: string) => on.getByRole('heading', { name, exact: true }).waitFor();
const user = async (on: Page) => JSON.parse(await on.locator('pre').innerText());

describe('oidc-client-ts in a browser', () => {
  it('signs a person in, renews in a hidden frame and signs out of both', async () => {
    const { page, ada } = await signIn({ scope: 'openid profile email' });
    await title(page, 'Hello Ada Lovelace');
    expect((await user(page)).profile).toMatchObject({ sub: ada.account.id, email: ada.email });
    await press(page, 'Renew');
    await title(page, 'Renewed');
    expect((await user(page)).profile).toMatchObject({ sub: ada.account.id, email: ada.email });

    await press(page, 'Sign out');
    await title(page, 'Nobody is signed in');
    await press(page, 'Sign in');
    await page.getByLabel('Email address').waitFor();
  });

  it('renews with a refresh token, and revokes its tokens before it signs out', async () => {
    const { page } = await signIn({
      scope: 'openid profile offline_access',
      revokeTokensOnSignout: true,
    });
    await title(page, 'Hello Ada Lovelace');
    expect((await user(page)).refresh_token).toEqual(expect.any(String));
    await press(page, 'Renew');
    await title(page, 'Renewed');
    const { access_token: token } = await user(page);
    const userInfo = async () =>
      (await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await userInfo()).toBe(200);

    await press(page, 'Sign out');
    await title(page, 'Nobody is signed in');
    expect(await userInfo()).toBe(401);
  });
});
