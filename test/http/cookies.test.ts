import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aClient, aPerson } from '../support/factories.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const ISSUER = 'https://auth.example';
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ issuer: ISSUER });
});
afterAll(() => server.stop());

/** A browser behind the proxy that speaks https: every cookie that it was ever given, as it was given. */
class Browser {
  readonly given: string[] = [];
  readonly #jar = new Map<string, string>();

  async send(path: string, form?: Record<string, string>): Promise<{ status: number; location: string; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const type = form ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    request(
      {
        port: server.port,
        host: 'localhost',
        path,
        method: form ? 'POST' : 'GET',
        headers: { host: 'auth.example', accept: 'text/html', ...(cookie ? { cookie } : {}), ...type },
      },
      resolve,
    )
      .on('error', reject)
      .end(form ? new URLSearchParams(form).toString() : undefined);
    const response = await promise;
    for (const line of response.headers['set-cookie'] ?? []) {
      this.given.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) this.#jar.set(name, value);
      else this.#jar.delete(name);
    }
    const location = (response.headers.location ?? '').replace(ISSUER, '');
    return { status: response.statusCode ?? 0, location, body: await text(response) };
  }
}

it('J23: every cookie is out of reach of scripts, of http and of other sites, and held to this host', async () => {
  const app = await aClient(server.database, { type: 'web' });
  const { email, password } = await aPerson(server.database);
  const browser = new Browser();
  const { location } = await browser.send(authorizationUrl(server, app, {}).replace(ISSUER, ''));
  const { body } = await browser.send(location);
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(body) ?? [];
  const signedIn = await browser.send(`${location}/sign-in`, { email, password, csrf });
  expect(signedIn.status).toBe(303);
  await browser.send(signedIn.location);

  const names = new Set(browser.given.map((line) => line.split('=', 1)[0]?.replace(/\.(legacy|sig)$/, '')));
  expect([...names].sort()).toEqual([
    '__Host-latchkey_known',
    '__Host-latchkey_session',
    '__Secure-latchkey_interaction',
    '__Secure-latchkey_resume',
  ]);
  for (const line of browser.given) {
    const attributes = line.toLowerCase().split('; ').slice(1);
    expect(attributes).toEqual(expect.arrayContaining(['secure', 'httponly', 'samesite=lax']));
    expect(attributes.join()).not.toContain('domain=');
    if (line.startsWith('__Host-')) expect(attributes).toContain('path=/');
  }
});

it('J16, J17: a session has an id that nobody guesses, and another one once somebody has signed in', async () => {
  const app = await aClient(server.database, { type: 'web' });
  const { email, password } = await aPerson(server.database);
  const ids = async () => {
    const browser = new Browser();
    const { location } = await browser.send(authorizationUrl(server, app, {}).replace(ISSUER, ''));
    const { body } = await browser.send(location);
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(body) ?? [];
    const signedIn = await browser.send(`${location}/sign-in`, { email, password, csrf });
    await browser.send(signedIn.location);
    const sessions = browser.given.flatMap((line) => /^__Host-latchkey_session=([^;]+)/.exec(line)?.[1] ?? []);
    return [...new Set(sessions)];
  };
  const all = [...(await ids()), ...(await ids())];
  expect(new Set(all).size).toBe(all.length);
  for (const id of all) expect(id).toMatch(/^[\w-]{43}$/);
});
