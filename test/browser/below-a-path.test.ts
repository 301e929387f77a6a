import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { inspect, launchBrowser, openVisit } from '../support/browser.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { nginxBlockBelow } from '../support/documented-proxies.ts';
import { aPerson } from '../support/factories.ts';
import { freePort } from '../support/postgres.ts';
import { type ReverseProxy, startNginx } from '../support/proxies.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

let storage: TestDatabase;
let server: ServerProcess;
let sibling: Server;
let proxy: ReverseProxy;
let browser: Browser;
let origin: string;
/** What a browser sent to the other server on the host. */
const cookiesOfSibling: (string | undefined)[] = [];

beforeAll(async () => {
  storage = await createTestDatabase();
  const [port, target] = [await freePort(), await freePort()];
  origin = `https://localhost:${port}`;
  const settings = {
    DATABASE_URL: storage.url ?? '',
    PORT: String(target),
    ISSUER: `${origin}/auth`,
    TRUSTED_PROXIES: '1',
  };
  sibling = createServer((request, response) => {
    cookiesOfSibling.push(request.headers.cookie);
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end('<!DOCTYPE html><title>Reports</title><h1>Reports</h1>');
  });
  await new Promise<void>((resolve) => sibling.listen(0, '127.0.0.1', resolve));
  const others = `proxy_pass http://127.0.0.1:${(sibling.address() as AddressInfo).port};`;
  [server, browser, proxy] = await Promise.all([
    startProcess(settings),
    launchBrowser(),
    // As the docs have it, with something else on the host.
    startNginx(nginxBlockBelow(port, target).replace(/return 404;.*/, others), port),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await proxy?.stop();
  await server?.stop();
  sibling?.close();
  await storage?.drop();
});

const cookiesAt = async (context: BrowserContext, path: string) =>
  (await context.cookies(origin + path)).map(({ name }) => name).sort();

it('a person signs in, makes an app and signs out below a path, and the rest of the host sees no cookie', async () => {
  const { email, password } = await aPerson(storage.database);
  const { page, problems, close } = await openVisit(browser, [origin], { ignoreHTTPSErrors: true });
  const heading = () => page.getByRole('heading', { level: 1 }).innerText();

  await page.goto(`${origin}/auth`);
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.waitForURL(`${origin}/auth/interaction/*`);
  expect(await inspect(page, 'below-a-path-sign-in')).toEqual([]);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${origin}/auth/`);

  await page.getByRole('link', { name: 'Apps', exact: true }).click();
  await page.getByRole('link', { name: 'New app' }).click();
  await page.getByLabel('Name').fill('Night job');
  await page.getByRole('button', { name: 'Create the app' }).click();
  await page.waitForURL(`${origin}/auth/apps/*/credential`);
  expect(await page.locator('main').innerText()).toContain(`ISSUER='${origin}/auth'`);
  expect(await inspect(page, 'below-a-path-credential')).toEqual([]);

  expect(await cookiesAt(page.context(), '/auth/apps')).toEqual([
    '__Secure-latchkey_known',
    '__Secure-latchkey_portal',
    '__Secure-latchkey_portal.sig',
    '__Secure-latchkey_session',
    '__Secure-latchkey_session.sig',
    'latchkey_zone',
  ]);
  for (const path of ['/', '/reports', '/authx', '/.well-known/oauth-authorization-server/auth']) {
    expect([path, await cookiesAt(page.context(), path)]).toEqual([path, []]);
  }
  await page.goto(`${origin}/reports`);
  expect(await heading()).toBe('Reports');
  expect(cookiesOfSibling.length).toBeGreaterThan(0);
  expect(cookiesOfSibling.filter((cookie) => cookie !== undefined)).toEqual([]);

  await page.goto(`${origin}/auth/`);
  await page.locator('summary').first().click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${origin}/auth/`);
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  expect(await cookiesAt(page.context(), '/auth/apps')).toEqual(['__Secure-latchkey_known', 'latchkey_zone']);
  await close();
  expect(problems).toEqual([]);
});
