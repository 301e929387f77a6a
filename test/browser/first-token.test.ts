import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { inspect, launchBrowser, openVisit, type Visit } from '../support/browser.ts';
import { anApi, aPerson } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let browser: Browser;
let app: Server;
let callback: string;
const arrivals: URL[] = [];
const visits: Visit[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
  await anApi(server.database, { name: 'Sales figures' });
  for (const name of ['Invoices', 'Orders', 'Stock', 'Wages']) await anApi(server.database, { name });
  // What people come back to after signing in to the app.
  app = createServer((request, response) => {
    arrivals.push(new URL(request.url ?? '/', callback));
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      '<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><h1>Back in the app</h1>',
    );
  });
  await new Promise<void>((done) => app.listen(0, 'localhost', done));
  callback = `http://localhost:${(app.address() as AddressInfo).port}/callback`;
});
afterEach(async () => {
  for (const visit of visits.splice(0)) {
    expect(visit.problems).toEqual([]);
    await visit.close();
  }
});
afterAll(async () => {
  await browser.close();
  await new Promise((done) => app.close(done));
  await server.stop();
});

/** Someone new on the home page, and a count of what they click; typing and looking are none. */
async function arrive() {
  const person = await aPerson(server.database);
  const origins = [server.issuer, new URL(callback).origin];
  const visit = await openVisit(browser, origins, { permissions: ['clipboard-read', 'clipboard-write'] });
  visits.push(visit);
  const { page } = visit;
  await page.goto(`${server.issuer}/sign-in`);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Which kind do you have?').waitFor();
  let clicks = 0;
  const click = (target: ReturnType<Page['getByText']>) => {
    clicks += 1;
    return target.click();
  };
  return { page, click, clicks: () => clicks };
}

type Newcomer = Awaited<ReturnType<typeof arrive>>;

/** From the home page to the page with the credential: the kind of app, one scope of an API that is looked for, and the button. */
async function register({ page, click }: Newcomer, kind: string, picture?: string) {
  await click(page.getByRole('link', { name: kind, exact: true }));
  await page.getByLabel('Name').fill('First');
  const redirects = page.getByLabel('Redirect URIs');
  if (await redirects.isVisible()) await redirects.fill(callback);
  await page.getByLabel('Search APIs').fill('sales fig');
  await page.getByText('There are more').waitFor({ state: 'detached' });
  await click(page.locator('.offer', { hasText: 'Sales figures' }).getByText('reports:read', { exact: true }));
  if (picture) expect(await inspect(page, picture)).toEqual([]);
  await click(page.getByRole('button', { name: 'Create the app' }));
  await page.getByRole('heading', { name: 'Ready to use' }).waitFor();
}

/** The lines of the `.env` file, by its button to copy them. */
async function copyEnv({ page, click }: Newcomer): Promise<Record<string, string>> {
  await click(page.getByRole('button', { name: 'Copy .env' }));
  await page.getByText('Copied.').waitFor({ state: 'attached' });
  const text = (await page.evaluate('navigator.clipboard.readText()')) as string;
  return Object.fromEntries([...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
}

const connect = (env: Record<string, string>) =>
  client.discovery(
    new URL(env.ISSUER ?? ''),
    env.CLIENT_ID ?? '',
    {},
    env.CLIENT_SECRET ? client.ClientSecretBasic(env.CLIENT_SECRET) : client.None(),
    { execute: [client.allowInsecureRequests] },
  );

const SCOPE = 'openid reports:read';

describe('the first token of someone new takes at most six clicks', () => {
  it('for a machine, on the page itself', async () => {
    const newcomer = await arrive();
    const { page, click, clicks } = newcomer;
    expect(await inspect(page, 'home-new')).toEqual([]);
    await register(newcomer, 'Machine', 'apps-new-picked');
    await click(page.getByRole('button', { name: 'Try it: get a real token' }));
    const token = (await page.getByLabel('The token').innerText()).trim();
    expect(decodeJwt(token).scope).toBe('reports:read');
    expect(clicks()).toBeLessThanOrEqual(6);
  });

  it.each(['Web app', 'Single-page app', 'Native app'])('for a %s, by an agreement', async (kind) => {
    const newcomer = await arrive();
    const { page, click, clicks } = newcomer;
    await register(newcomer, kind);
    const env = await copyEnv(newcomer);
    const configuration = await connect(env);
    const verifier = client.randomPKCECodeVerifier();
    const address = client.buildAuthorizationUrl(configuration, {
      redirect_uri: env.REDIRECT_URI ?? '',
      resource: env.RESOURCE ?? '',
      scope: SCOPE,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    await page.goto(address.href);
    await click(page.getByRole('button', { name: 'Allow' }));
    await page.getByText('Back in the app').waitFor();
    const back = arrivals.findLast(({ searchParams }) => searchParams.has('code')) as URL;
    const tokens = await client.authorizationCodeGrant(configuration, back, { pkceCodeVerifier: verifier });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: env.RESOURCE, scope: 'reports:read' });
    expect(clicks()).toBeLessThanOrEqual(6);
  });

  it('for a device, by its code', async () => {
    const newcomer = await arrive();
    const { page, click, clicks } = newcomer;
    await register(newcomer, 'Device');
    const env = await copyEnv(newcomer);
    const configuration = await connect(env);
    const device = await client.initiateDeviceAuthorization(configuration, {
      scope: SCOPE,
      resource: env.RESOURCE ?? '',
    });
    await page.goto(device.verification_uri_complete ?? '');
    await click(page.getByRole('button', { name: 'Continue' }));
    await click(page.getByRole('button', { name: 'Allow' }));
    await page.getByText('is connected').waitFor();
    const tokens = await client.pollDeviceAuthorizationGrant(configuration, device);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: env.RESOURCE, scope: 'reports:read' });
    expect(clicks()).toBeLessThanOrEqual(6);
  });
});
