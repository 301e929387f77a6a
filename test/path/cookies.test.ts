import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const ORIGIN = 'https://example.com';
const ISSUER = `${ORIGIN}/auth`;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ issuer: ISSUER });
});
afterAll(() => server.stop());

interface Kept {
  readonly value: string;
  readonly path: string;
}

/** A browser behind the proxy that speaks https. It keeps cookies by path as RFC 6265 §5.1.4 says. */
class Browser {
  readonly jar = new Map<string, Kept>();
  /** Every cookie that it was ever given: name, path and the rest, without values, ids in paths and times. */
  readonly given = new Set<string>();

  cookiesFor(path: string): string[] {
    return [...this.jar]
      .filter(([, kept]) => path === kept.path || path.startsWith(`${kept.path}/`))
      .map(([name]) => name);
  }

  async send(path: string, form?: Record<string, string>) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const cookie = this.cookiesFor(path.split('?')[0] ?? '')
      .map((name) => `${name}=${this.jar.get(name)?.value}`)
      .join('; ');
    const type = form ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const headers = { host: 'example.com', accept: 'text/html', ...(cookie ? { cookie } : {}), ...type };
    request({ port: server.port, host: 'localhost', path, method: form ? 'POST' : 'GET', headers }, resolve)
      .on('error', reject)
      .end(form ? new URLSearchParams(form).toString() : undefined);
    const response = await promise;
    for (const line of response.headers['set-cookie'] ?? []) this.#take(line);
    const location = response.headers.location;
    const target = location === undefined ? '' : new URL(location, ISSUER).href;
    return { status: response.statusCode ?? 0, location: target.replace(ORIGIN, ''), body: await text(response) };
  }

  async follow(path: string) {
    let current = path;
    let answer = await this.send(path);
    while (answer.location.startsWith('/')) {
      current = answer.location;
      answer = await this.send(current);
    }
    return { ...answer, path: current };
  }

  #take(line: string): void {
    const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*); (.*)$/.exec(line) ?? [];
    const path = /path=([^;]*)/i.exec(rest)?.[1] ?? '';
    const attributes = rest.replace(/; ?expires=[^;]*/i, '').toLowerCase();
    this.given.add(`${name} ${attributes.replace(/(auth|interaction)\/[\w-]{20,}/, '$1/ID')}`);
    if (value) this.jar.set(name, { value, path });
    else this.jar.delete(name);
  }
}

const hidden = (body: string) =>
  Object.fromEntries(
    [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, k, v]) => [k, v]),
  );

it('J23: cookies of a server below a path are held to the path, and no sibling on the host gets one', async () => {
  const app = await aClient(server.database, { type: 'web' });
  const { email, password } = await aPerson(server.database);
  const browser = new Browser();

  const signInPage = await browser.follow(authorizationUrl(server, app, {}).replace(ORIGIN, ''));
  const under = /^\/auth\/interaction\/[\w-]+$/;
  expect(signInPage.path).toMatch(under);
  const signedIn = await browser.send(`${signInPage.path}/sign-in`, { email, password, ...hidden(signInPage.body) });
  expect(signedIn.status).toBe(303);
  const consent = await browser.follow(signedIn.location);
  expect(consent.path).toMatch(under);
  const agreed = await browser.send(`${consent.path}/consent`, hidden(consent.body) as Record<string, string>);
  expect((await browser.follow(agreed.location)).location).toMatch(/^https:\/\/app\.example\.com\/callback\?code=/);
  // The portal, where the person is signed in already, and out again.
  const home = await browser.follow('/auth/sign-in');
  expect([home.status, home.path]).toEqual([200, '/auth/']);
  const signOut = await browser.send('/auth/sign-out', { csrf: hidden(home.body).csrf ?? '' });
  expect(signOut.location).toMatch(/^\/auth\/session\/end\?/);

  const signed = (name: string, attributes: string) => [`${name} ${attributes}`, `${name}.sig ${attributes}`];
  expect([...browser.given].sort()).toEqual([
    ...signed('__Secure-latchkey_interaction', 'path=/auth/interaction/ID; samesite=lax; secure; httponly'),
    '__Secure-latchkey_known path=/auth; samesite=lax; secure; httponly',
    ...signed('__Secure-latchkey_portal', 'path=/auth; samesite=lax; secure; httponly'),
    ...signed('__Secure-latchkey_resume', 'path=/auth/auth/ID; samesite=lax; secure; httponly'),
    ...signed('__Secure-latchkey_session', 'path=/auth; samesite=lax; secure; httponly'),
    ...signed('__Secure-latchkey_signing_out', 'path=/auth; samesite=strict; secure; httponly'),
  ]);
  expect(browser.cookiesFor('/auth/apps')).not.toEqual([]);
  for (const sibling of [
    '/',
    '/reports',
    '/authx',
    '/auth-other/apps',
    '/.well-known/oauth-authorization-server/auth',
  ]) {
    expect([sibling, browser.cookiesFor(sibling)]).toEqual([sibling, []]);
  }
});

it('J23: by plain http the cookies have the path too, and no prefix', async () => {
  const plain = await startTestServer({ path: '/auth' });
  try {
    const response = await fetch(`${plain.issuer}/sign-in`, { redirect: 'manual' });
    const lines = response.headers
      .getSetCookie()
      .map((line) => line.replace(/=[^;]*/, '').replace(/; ?expires=[^;]*/i, ''));
    expect(lines.map((line) => line.toLowerCase()).sort()).toEqual([
      'latchkey_portal.sig; path=/auth; samesite=lax; httponly',
      'latchkey_portal; path=/auth; samesite=lax; httponly',
    ]);
  } finally {
    await plain.stop();
  }
});
