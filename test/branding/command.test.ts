import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '../cli/in-process.ts';
import { plain } from '../support/pictures.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let cli: ReturnType<typeof commandLineOf>;
beforeAll(async () => {
  server = await startTestServer();
  cli = commandLineOf(server);
});
afterEach(() => cli.run(['branding', 'reset']));
afterAll(() => server.stop());

interface Shown {
  name: string;
  accent: string | null;
  accent_dark: string | null;
  privacy_url: string | null;
  support_url: string | null;
  logo_url: string | null;
  dark_logo_url: string | null;
}

const DEFAULTS = {
  name: 'Latchkey',
  accent: null,
  accent_light: null,
  accent_dark: null,
  privacy_url: null,
  terms_url: null,
  support_url: null,
  logo_url: null,
  dark_logo_url: null,
};

const show = () => cli.answer<Shown>(['branding', 'show']);
const set = (...args: string[]) => cli.run(['branding', 'set', ...args]);
const events = () =>
  server.database.db
    .selectFrom('audit_events')
    .selectAll()
    .where('type', '=', 'branding.changed')
    .orderBy('id')
    .execute();

describe('latchkey branding', () => {
  it('shows what a new installation has', async () => {
    expect(await show()).toEqual({ ...DEFAULTS, updated_at: null });
  });

  it('changes what is named and leaves the rest', async () => {
    await set('--name', 'Acme ID', '--privacy-url', 'https://acme.example/privacy');
    await set('--accent', '#FFD500', '--support-url', 'mailto:help@acme.example');
    expect(await show()).toMatchObject({
      name: 'Acme ID',
      accent: '#ffd500',
      accent_dark: '#ffd500',
      privacy_url: 'https://acme.example/privacy',
      support_url: 'mailto:help@acme.example',
    });
  });

  it('says what an accent becomes where it could not be read', async () => {
    expect((await set('--accent', '#ffd500')).stdout).toMatch(
      /accent +#ffd500, shown as #[0-9a-f]{6} on light pages so that it can be read\n/,
    );
  });

  it('takes away what is named with an empty value, and everything with reset', async () => {
    await set('--name', 'Acme ID', '--accent', '#7a1fa2', '--terms-url', 'https://acme.example/terms');
    await set('--name', '');
    expect(await show()).toMatchObject({ name: 'Latchkey', accent: '#7a1fa2' });
    expect((await cli.run(['branding', 'reset'])).code).toBe(0);
    expect(await show()).toMatchObject(DEFAULTS);
  });

  it('takes a picture, and knows it again', async () => {
    const logo = (await plain(300, 200).png().toBuffer()).toString('base64');
    const files = { 'logo.png': logo };
    const args = ['branding', 'set', '--logo', 'logo.png', '--dark-logo', 'logo.png'];
    const first = await cli.answer<Shown>(args, { files });
    expect(first.logo_url).toMatch(/^http:\/\/localhost:\d+\/brand\/logo-\w{16}\.png$/);
    expect(first.dark_logo_url).toMatch(/\/brand\/dark-logo-\w{16}\.png$/);
    const before = await events();
    expect(await cli.answer<Shown>(args, { files })).toEqual(first);
    expect(await events()).toEqual(before);
    expect(await cli.answer<Shown>(['branding', 'set', '--logo', ''])).toMatchObject({ logo_url: null });
  });

  it('writes into the audit trail who changed what from what, once', async () => {
    const known = (await events()).length;
    await set('--name', 'Acme ID');
    await set('--name', 'Acme ID');
    const [event, ...more] = (await events()).slice(known);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      actor_type: 'operator',
      detail: { before: { name: null }, after: { name: 'Acme ID' } },
    });
  });

  it.each([
    [['--name', 'a'.repeat(61)], '--name: A name has at most 60 characters.'],
    [['--name', 'Acme\u202EID'], '--name: A name is one line'],
    [['--accent', 'red'], '--accent: A color is written as #'],
    [['--accent', '#fff'], '--accent: A color is written as #'],
    [['--accent', '#000000;}'], '--accent: A color is written as #'],
    [['--support-url', 'javascript:alert(1)'], 'must start with https:// or mailto:'],
    [['--support-url', 'JavaScript:alert(1)//https://x.example'], '--support-url:'],
    [['--privacy-url', 'http://acme.example/'], 'must start with https:// or mailto:'],
    [['--terms-url', 'data:text/html,x'], 'must start with https:// or mailto:'],
    [['--terms-url', 'https://acme.example/"onmouseover="x'], '--terms-url:'],
    [['--support-url', 'mailto:nobody'], 'names nobody to write to'],
    [['--support-url', `https://acme.example/${'a'.repeat(500)}`], 'An address has at most 500 characters.'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await set(...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(await show()).toMatchObject(DEFAULTS);
  });

  it.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['a page', '<!doctype html><script>alert(1)</script>'],
  ])('refuses %s as a logo', async (_what, text) => {
    const files = { 'logo.svg': Buffer.from(text).toString('base64') };
    const { code, stderr } = await cli.run(['branding', 'set', '--logo', 'logo.svg'], { files });
    expect([code, stderr]).toEqual([1, 'error: --logo: Only PNG, JPEG and WebP pictures are taken, and no SVG.\n']);
  });

  it('wants at least one thing to change', async () => {
    expect(await cli.run(['branding', 'set'])).toMatchObject({
      code: 1,
      stderr: 'error: name at least one thing to change; --help lists them\n',
    });
  });
});
