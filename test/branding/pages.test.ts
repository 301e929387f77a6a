import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '../cli/in-process.ts';
import { aClient } from '../support/factories.ts';
import { until } from '../support/load.ts';
import { Person } from '../support/person.ts';
import { plain } from '../support/pictures.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember } from '../support/teams.ts';

let server: TestServer;
let visitor: Person;
let cli: ReturnType<typeof commandLineOf>;
beforeAll(async () => {
  server = await startTestServer();
  cli = commandLineOf(server);
  visitor = await aVisitor(server, await aMember(server, { platform: 'admin' }));
});
afterEach(() => cli.run(['branding', 'reset']));
afterAll(() => server.stop());

const set = async (...args: string[]) => {
  const logo = (await plain(300, 200).png().toBuffer()).toString('base64');
  const done = await cli.run(['branding', 'set', ...args], { files: { 'logo.png': logo } });
  expect(done).toMatchObject({ code: 0, stderr: '' });
};

/** As a browser asks for it, without following. */
const get = (path: string) => fetch(server.issuer + path, { headers: { accept: 'text/html' } });
const html = async (path: string) => (await get(path)).text();
const titleOf = (text: string) => /<title>(.*)<\/title>/.exec(text)?.[1];

/** Where people see it without being signed in. */
const OUTSIDE = ['/', '/join', '/nothing-here', '/api/v1/docs'];

describe('a new installation', () => {
  it.each(OUTSIDE)('is called Latchkey at %s, with its sign and no style sheet of its own', async (path) => {
    const text = await html(path);
    expect(titleOf(text)).toMatch(/ · Latchkey$/);
    expect(text).toMatch(/<link rel="icon" href="\/assets\/latchkey-\w+\.svg" type="image\/svg\+xml">/);
    expect(text.match(/rel="stylesheet"/g)).toHaveLength(1);
    expect(text).not.toContain('brand-links');
  });
});

describe('an installation with a name, a logo, a color and links', () => {
  const LINKS = ['https://acme.example/privacy', 'https://acme.example/terms', 'mailto:help@acme.example'];
  const all = () =>
    set(
      ...['--name', 'Acme & Söhne ID', '--accent', '#ffd500', '--logo', 'logo.png', '--dark-logo', 'logo.png'],
      ...['--privacy-url', LINKS[0] ?? '', '--terms-url', LINKS[1] ?? '', '--support-url', LINKS[2] ?? ''],
    );

  it.each(OUTSIDE)('shows them at %s, and nothing of Latchkey', async (path) => {
    await all();
    const text = await html(path);
    expect(titleOf(text)).toMatch(/ · Acme &amp; Söhne ID$/);
    expect(text).toMatch(/<link rel="icon" href="\/brand\/logo-\w+\.png" type="image\/png">/);
    expect(text).toMatch(/<link rel="stylesheet" href="\/brand\/accent-\w+\.css">/);
    expect(text).toContain('<bdi class="brand-name">Acme &amp; Söhne ID</bdi>');
    expect(text).not.toContain('Latchkey');
    if (path === '/api/v1/docs') return;
    for (const link of LINKS) expect(text).toContain(`href="${link}"`);
  });

  it('shows them where an app lets people sign in, and in the portal', async () => {
    await all();
    const { clientId } = await aClient(server.database, { type: 'web' });
    const person = new Person(server.issuer);
    const signIn = await person.visit(authorizationUrl(server, { clientId }));
    for (const { text } of [signIn, await person.visit('/sign-in'), await visitor.visit('/apps')]) {
      expect(titleOf(text)).toMatch(/ · Acme &amp; Söhne ID$/);
      expect(text).not.toContain('Latchkey');
      for (const link of LINKS) expect(text).toContain(`href="${link}"`);
    }
  });

  it('names the portal and the admin API with it', async () => {
    await set('--name', 'Acme ID');
    const { text } = await new Person(server.issuer).visit('/sign-in');
    expect(text).toContain('to continue to <bdi class="name">Acme ID</bdi>');
    expect((await visitor.visit('/apis')).text).toContain('Acme ID admin API');
    await set('--name', '');
    expect((await visitor.visit('/apis')).text).toContain('Latchkey admin API');
  });

  it('are kept for a year under the digest of what they are, and are what is now under an older one', async () => {
    await all();
    const text = await html('/');
    const [sheet = '', logo = ''] = [/\/brand\/accent-\w+\.css/, /\/brand\/logo-\w+\.png/].map(
      (at) => at.exec(text)?.[0],
    );
    for (const [path, type] of [
      [sheet, 'text/css; charset=utf-8'],
      [logo, 'image/png'],
    ] as const) {
      const { status, headers } = await get(path);
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        type,
        'public, max-age=31536000, immutable',
      ]);
    }
    const before = await (await get(sheet)).text();
    expect(before).toMatch(/^:root \{\n {2}--accent: light-dark\(#[0-9a-f]{6}, #ffd500\);\n/);
    await set('--accent', '#7a1fa2');
    const after = await get(sheet);
    expect(after.headers.get('cache-control')).toBe('public, max-age=60');
    expect(await after.text()).toContain('--accent: light-dark(#7a1fa2, ');
    await cli.run(['branding', 'reset']);
    expect([(await get(sheet)).status, (await get(logo)).status]).toEqual([404, 404]);
  });

  it('are in the metadata, as far as they are pages', async () => {
    const metadata = async () =>
      (await get('/.well-known/openid-configuration')).json() as Promise<Record<string, string>>;
    expect(Object.keys(await metadata())).not.toContain('op_policy_uri');
    await set('--privacy-url', LINKS[0] ?? '', '--terms-url', 'mailto:legal@acme.example');
    await until('the metadata tells', async () => (await metadata()).op_policy_uri === LINKS[0]);
    expect(Object.keys(await metadata())).not.toContain('op_tos_uri');
  });

  it('stand in mail', async () => {
    await set('--name', 'Acme ID', '--support-url', 'mailto:help@acme.example');
    await cli.run(['user', 'invite', '--email', 'grace@example.org']);
    const { text } = await visitor.visit('/operator/outbox');
    expect(text).toContain('Your account on Acme ID');
    const id = /href="(\/operator\/outbox\/[^"]+)"/.exec(text)?.[1] ?? '';
    expect((await visitor.visit(id)).text).toContain('-- \nAcme ID\nSupport: help@acme.example\n');
  });

  it('keeps its name to itself: no team passes for it', async () => {
    await set('--name', 'Acme ID');
    const person = await aVisitor(server);
    const page = await person.submit(await person.visit('/teams/new'), '/teams', { name: 'ACME-ID' });
    expect(page.text).toContain('This name passes for one that the operator keeps.');
  });

  it('shows one logo for the theme that a person chose, and the one of their system otherwise', async () => {
    await all();
    const logoIn = (text: string) => /<header class="brand">(.*?)<bdi/s.exec(text)?.[1]?.trim();
    expect(logoIn(await html('/'))).toMatch(
      /^<picture><source srcset="\/brand\/dark-logo-\w+\.png" media="\(prefers-color-scheme: dark\)"><img src="\/brand\/logo-/,
    );
    const inTheDark = new Person(server.issuer);
    inTheDark.setCookie('latchkey_theme', 'dark');
    expect(logoIn((await inTheDark.visit('/')).text)).toMatch(/^<img src="\/brand\/dark-logo-/);
    inTheDark.setCookie('latchkey_theme', 'light');
    expect(logoIn((await inTheDark.visit('/')).text)).toMatch(/^<img src="\/brand\/logo-/);
  });
});

describe('a name with markup in it', () => {
  it('is text on every page', async () => {
    await set('--name', '"><script>alert(1)</script>');
    for (const path of OUTSIDE) {
      const text = await html(path);
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(text).not.toContain('<script>alert');
    }
  });
});
