import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where every run leaves its pictures; not in git. */
const PICTURES = fileURLToPath(new URL('../../test-results/screenshots/', import.meta.url));
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** The narrowest that a page is read on, which is also a desktop of 1280 pixels at 400 % (WCAG 1.4.10). */
const NARROWEST = { width: 320, height: 640 };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the system's Chromium (CHROMIUM, or from the PATH) with a fresh profile. It reaches this machine only. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    chromiumSandbox: false,
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
}

function findChromium(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const programs = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const program = [process.env.CHROMIUM ?? '', ...programs].find((path) => path && existsSync(path));
  if (!program) throw new Error('no Chromium found: apt-get install chromium, or set CHROMIUM to the program');
  return program;
}

/** One person's visit: a browser with no cookies, and everything that went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** In words, one line each; empty when all went well. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Opens a page that notes whatever breaks a promise of ours: script errors, CSP violations, requests to elsewhere. */
export async function openVisit(
  browser: Browser,
  origins: readonly string[],
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  context.setDefaultTimeout(60_000);
  const problems: string[] = [];
  await context.exposeBinding('reportViolation', (_source, violation: string) => {
    problems.push(`CSP violation: ${violation}`);
  });
  await context.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) =>
      reportViolation(event.violatedDirective + ' ' + event.blockedURI + ' on ' + location.href));`,
  });
  context.on('weberror', (error) => problems.push(`page error: ${error.error().message}`));
  context.on('console', (message) => {
    // The browser's own line for a 4xx answer, which a page about an error has; see the responses below.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource:')) return;
    problems.push(`console error: ${message.text()}`);
  });
  context.on('request', (request) => {
    if (!origins.includes(new URL(request.url()).origin)) problems.push(`request to elsewhere: ${request.url()}`);
  });
  context.on('requestfailed', (request) => {
    // The browser's own decision: whoever clicks on before a picture is there makes it give the picture up.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return;
    problems.push(`request failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  context.on('response', (response) => {
    const isPage = response.request().isNavigationRequest();
    if (response.status() >= (isPage ? 500 : 400)) problems.push(`${response.status()} from ${response.url()}`);
  });
  return { page: await context.newPage(), problems, close: () => context.close() };
}

/** Checks a page as it is for accessibility, in light and dark, and keeps pictures of it. @returns what is wrong */
export async function inspect(page: Page, name: string): Promise<string[]> {
  mkdirSync(PICTURES, { recursive: true });
  const picture = (suffix: string) =>
    page.screenshot({ path: join(PICTURES, `${name}-${suffix}.png`), fullPage: true });
  const before = page.viewportSize() ?? DESKTOP;
  const problems: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    // Without motion: a color on its way to another one is in no picture.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(DESKTOP);
    await picture(colorScheme);
    if (await overflows(page)) problems.push(`${name}: wider than the window`);
    problems.push(...(await findBarriers(page)).map((barrier) => `${name}, ${colorScheme}: ${barrier}`));
    await page.setViewportSize(PHONE);
    await picture(colorScheme === 'light' ? 'phone' : 'phone-dark');
    if (await overflows(page)) problems.push(`${name}: wider than a phone`);
    await page.setViewportSize(NARROWEST);
    if (await overflows(page)) problems.push(`${name}: wider than 320 pixels`);
  }
  await page.setViewportSize(before);
  return problems;
}

/** All findings of axe-core. Run through the debugger, for the CSP would stop a script tag. */
export async function findBarriers(page: Page): Promise<string[]> {
  const debuggerSession = await page.context().newCDPSession(page);
  const run = (expression: string) =>
    debuggerSession.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  await run(AXE);
  const { result, exceptionDetails } = await run('axe.run()');
  await debuggerSession.detach();
  if (exceptionDetails) throw new Error(`axe did not run: ${exceptionDetails.text}`);
  const { violations } = result.value as AxeResults;
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

interface AxeResults {
  violations: { id: string; help: string; nodes: { target: string[] }[] }[];
}

/** Whether there is something to scroll sideways. */
export async function overflows(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')) as boolean;
}
