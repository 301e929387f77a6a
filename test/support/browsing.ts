import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, openVisit, type Visit } from './browser.ts';
import { startTestServer, type TestServer } from './server.ts';

export interface Browsing {
  /** From the first spec on. */
  readonly server: TestServer;
  readonly browser: Browser;
  /** A new browser profile with an empty page. It is closed after the spec, which fails if anything went wrong in it. */
  open(options?: BrowserContextOptions): Promise<Page>;
}

/** A server and a browser for all specs of a file. */
export function useBrowser(): Browsing {
  let server: TestServer | undefined;
  let browser: Browser | undefined;
  const visits: Visit[] = [];
  const started = <T>(one: T | undefined): T => {
    if (!one) throw new Error('not started yet');
    return one;
  };
  beforeAll(async () => {
    [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
  });
  afterEach(async () => {
    const finished = visits.splice(0);
    await Promise.all(finished.map((visit) => visit.close()));
    expect(finished.flatMap((visit) => visit.problems)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  return {
    get server() {
      return started(server);
    },
    get browser() {
      return started(browser);
    },
    async open(options) {
      const visit = await openVisit(started(browser), [started(server).issuer], options);
      visits.push(visit);
      return visit.page;
    },
  };
}
