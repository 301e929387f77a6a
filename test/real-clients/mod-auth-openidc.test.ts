import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { addToGroup, createGroup } from '../../src/roles/groups.ts';
import { launchBrowser, openVisit, type Visit } from '../support/browser.ts';
import { aPerson } from '../support/factories.ts';
import { freePort } from '../support/postgres.ts';
import { certificate, type ReverseProxy, startApache } from '../support/proxies.ts';
import { byOperator } from '../support/roles.ts';
import { type Deployment, deploy } from './deployment.ts';

let server: Deployment;
let apache: ReverseProxy;
let app: string;
let folder: string;
let browser: Browser;
let visit: Visit;

beforeAll(async () => {
  [server, browser] = await Promise.all([deploy(), launchBrowser()]);
  const port = await freePort();
  app = `http://localhost:${port}`;
  folder = mkdtempSync(join(tmpdir(), 'latchkey-apache-'));
  // Apache reads it as nobody.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'index.html'), '<link rel="icon" href="data:,"><h1>Welcome</h1>');
  for (const place of ['staff', 'board']) mkdirSync(join(folder, place));
  for (const place of ['staff', 'board']) writeFileSync(join(folder, place, 'index.html'), place);
  writeFileSync(join(folder, 'bye.html'), '<link rel="icon" href="data:,"><h1>Good bye</h1>');
  const { clientId, clientSecret } = await server.register({
    type: 'web',
    redirectUris: [`${app}/redirect_uri`],
    postLogoutRedirectUris: [`${app}/bye.html`],
    pkce: 'pkce_or_nonce',
  });
  const directives = `
    OIDCProviderMetadataURL ${server.issuer}/.well-known/openid-configuration
    OIDCClientID ${clientId}
    OIDCClientSecret ${clientSecret}
    OIDCRedirectURI ${app}/redirect_uri
    OIDCCryptoPassphrase a-passphrase-of-this-machine
    OIDCScope "openid profile email groups"
    OIDCCABundlePath ${certificate}
    DocumentRoot ${folder}
    ForceType text/html
    <Location />
      AuthType openid-connect
      Require valid-user
      Header set X-Person "%{OIDC_CLAIM_sub}e %{OIDC_CLAIM_name}e %{OIDC_CLAIM_email}e %{OIDC_CLAIM_groups}e"
    </Location>
    <Location /staff>
      AuthType openid-connect
      Require claim groups:Staff
    </Location>
    <Location /board>
      AuthType openid-connect
      Require claim groups:Board
    </Location>
    <Location /bye.html>
      AuthType none
      Require all granted
    </Location>`;
  const modules = ['authn_core', 'authz_user', 'dir', 'headers', 'auth_openidc'];
  apache = await startApache(modules, directives, port);
});
afterAll(async () => {
  await visit?.close();
  await browser?.close();
  await apache?.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(await server?.stop()).toEqual([]);
});

describe('mod_auth_openidc', () => {
  it('lets a person in, knows them, and signs out of both', async () => {
    const ada = await aPerson(server.database);
    const staff = await createGroup(server.database.db, { name: 'Staff' }, byOperator());
    await addToGroup(server.database.db, { groupId: staff.id, accountId: ada.account.id }, byOperator());
    // A real browser, for nothing else is sent to sign in.
    visit = await openVisit(browser, [new URL(server.issuer).origin, app], { ignoreHTTPSErrors: true });
    const { page } = visit;
    await page.goto(`${app}/index.html`);
    await page.getByLabel('Email address').fill(ada.email);
    await page.getByLabel('Password', { exact: true }).fill(ada.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    const again = await page.reload();
    expect(again?.headers()['x-person']).toBe(`${ada.account.id} Ada Lovelace ${ada.email} Staff`);
    const status = async (path: string) => (await page.request.get(`${app}${path}`)).status();
    expect([await status('/staff/'), await status('/board/')]).toEqual([200, 401]);

    await page.goto(`${app}/redirect_uri?logout=${encodeURIComponent(`${app}/bye.html`)}`);
    await page.getByRole('heading', { name: 'Good bye' }).waitFor();
    await page.goto(`${app}/index.html`);
    await page.getByLabel('Email address').waitFor();
    expect(visit.problems).toEqual([]);
  });
});
