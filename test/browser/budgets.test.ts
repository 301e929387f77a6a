import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ROUTES } from '../portal/access/routes.ts';
import { aCast, aWorld, type Cast, expected, pathOf, type World } from '../portal/access/world.ts';
import { findBarriers, launchBrowser, openVisit, overflows, type Visit } from '../support/browser.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** Bytes on the wire that a page may take, all that it loads included, and beside its fonts; of its scripts; of fonts. */
const BUDGET = { page: 60_000, script: 40_000, font: 90_000 };

/** The longest pages of the documentation, its list and a search. */
const DOCS = [
  '/docs',
  '/docs?search=token',
  '/docs/cli',
  '/docs/readme',
  '/docs/benchmarks',
  '/docs/decisions/0010-exchange-without-transaction',
];
/** The reference of the admin API: what is longest in it. */
const REFERENCE = ['', '/apps', '/apis', '/subscriptions', '/objects'].map((page) => `/api/v1/docs${page}`);

let server: TestServer;
let browser: Browser;
let cast: Cast;
let world: World;
let visit: Visit;

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
  cast = await aCast(server);
  world = await aWorld(server, cast);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});
afterEach(async () => {
  await visit.close();
  expect(visit.problems).toEqual([]);
});

/** A browser in which one of the cast is signed in. */
async function openAs(caller: 'owner' | 'admin'): Promise<Page> {
  visit = await openVisit(browser, [server.issuer]);
  const cookies = [...cast.visitors[caller].cookies()];
  await visit.page.context().addCookies(cookies.map(([name, value]) => ({ name, value, url: server.issuer })));
  return visit.page;
}

/** What a page takes on the wire when nothing of it is cached, by kind. */
async function measure(page: Page, url: string): Promise<Record<'page' | 'script' | 'font', number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const kinds = new Map<string, string>();
  const sizes = { page: 0, script: 0, font: 0 };
  session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    if (kind === 'Font') sizes.font += encodedDataLength;
    else sizes.page += encodedDataLength;
    if (kind === 'Script') sizes.script += encodedDataLength;
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await session.detach();
  return sizes;
}

/** What is wrong with a page, one line each; a page of 320 pixels is also a desktop at 400 %. */
async function judge(page: Page, path: string): Promise<string[]> {
  await page.setViewportSize({ width: 1280, height: 900 });
  const sizes = await measure(page, server.issuer + path);
  const kinds = ['page', 'script', 'font'] as const;
  const tooMuch = kinds.filter((kind) => sizes[kind] > BUDGET[kind]).map((kind) => `${kind} of ${sizes[kind]} bytes`);
  const barriers = await findBarriers(page);
  const wide: string[] = [];
  for (const width of [640, 320]) {
    await page.setViewportSize({ width, height: 640 });
    if (await overflows(page)) wide.push(`wider than ${width} pixels`);
  }
  return [...tooMuch, ...barriers, ...wide].map((problem) => `${path}: ${problem}`);
}

describe('every page of the portal', () => {
  it.each(['owner', 'admin'] as const)(
    'keeps its budget and can be read by everybody: those of an %s',
    async (caller) => {
      const page = await openAs(caller);
      const others = caller === 'admin' ? [...REFERENCE, ...DOCS, '/join', '/device', '/nothing-here'] : ['/'];
      // What the owner sees, the admin need not see again.
      const routes = ROUTES.filter(({ method }) => method === 'GET').filter(
        (route) => expected(route, caller) === 'in' && (caller === 'owner' || expected(route, 'owner') !== 'in'),
      );
      const problems: string[] = [];
      for (const path of [...routes.map((route) => pathOf(route, world)), ...others])
        problems.push(...(await judge(page, path)));
      expect(routes.length).toBeGreaterThan(5);
      expect(problems).toEqual([]);
    },
  );
});
