import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '../cli/in-process.ts';
import type { Person } from '../support/person.ts';
import { plain } from '../support/pictures.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember } from '../support/teams.ts';

const HREF = '/operator/branding';

let server: TestServer;
let admin: Person;
let cli: ReturnType<typeof commandLineOf>;
beforeAll(async () => {
  server = await startTestServer();
  admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
  cli = commandLineOf(server);
});
afterEach(() => cli.run(['branding', 'reset']));
afterAll(() => server.stop());

const WORDS = {
  name: 'Acme ID',
  accent: '#7A1FA2',
  privacyUrl: 'https://acme.example/privacy',
  termsUrl: 'https://acme.example/terms',
  supportUrl: 'mailto:help@acme.example',
};
const shown = () => cli.answer<Record<string, unknown>>(['branding', 'show']);
const save = async (fields: Record<string, string>) =>
  admin.submit(await admin.visit(HREF), HREF, { ...WORDS, ...fields });
const typedIn = (text: string, name: string) => new RegExp(`<input id="${name}"[^>]* value="([^"]*)"`).exec(text)?.[1];

/** Sends a file as the form on the page does. */
async function upload(path: string, file: Uint8Array) {
  const { text } = await admin.visit(HREF);
  const form = new FormData();
  form.set('csrf', /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '');
  form.set('logo', new Blob([Buffer.from(file)]), 'logo.png');
  const cookie = [...admin.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, accept: 'text/html' };
  const response = await fetch(server.issuer + path, { method: 'POST', headers, body: form, redirect: 'manual' });
  return { status: response.status, text: await response.text() };
}

describe('the page about branding', () => {
  it('saves what is typed, which the next page has, and takes away what is empty', async () => {
    const page = await save({});
    expect(page.url).toBe(server.issuer + HREF);
    expect(page.text).toContain('The branding is saved.');
    expect(page.text).toContain('<title>Branding · Acme ID</title>');
    expect(await shown()).toMatchObject({
      name: 'Acme ID',
      accent: '#7a1fa2',
      privacy_url: WORDS.privacyUrl,
      terms_url: WORDS.termsUrl,
      support_url: WORDS.supportUrl,
    });
    await save({ name: '', accent: '', termsUrl: ' ' });
    expect(await shown()).toMatchObject({ name: 'Latchkey', accent: null, terms_url: null });
  });

  it('shows how a color comes out on light and on dark pages before anything is saved', async () => {
    const page = await admin.submit(await admin.visit(HREF), `${HREF}`, {});
    const form = await admin.request(`${HREF}/preview`, {
      form: { ...(await hiddenOf(page.text)), accent: '#ffd500' },
    });
    const text = await form.text();
    expect(form.status).toBe(200);
    expect(text).toMatch(/#[0-9a-f]{6}, adapted so that it can be read\. Text on it has a contrast of \d+\.\d : 1\./);
    expect(text).toMatch(/#ffd500, as chosen\. Text on it has a contrast of \d+\.\d : 1\./);
    const sheet = await fetch(`${server.issuer}/brand/preview-ffd500.css`);
    expect([sheet.status, text]).toEqual([200, expect.stringContaining('href="/brand/preview-ffd500.css"')]);
    expect(await sheet.text()).toMatch(/^\.accent-preview \{\n {2}--accent: light-dark\(#[0-9a-f]{6}, #ffd500\);/);
    expect(typedIn(text, 'accent')).toBe('#ffd500');
    expect(await shown()).toMatchObject({ accent: null });
  });

  it.each([
    ['accent', 'red', 'A color is written as #'],
    ['accent', '#123456;}*{display:none', 'A color is written as #'],
    ['name', 'x'.repeat(61), 'A name has at most 60 characters.'],
    ['supportUrl', 'javascript:alert(1)', 'must start with https:// or mailto:'],
    ['privacyUrl', 'http://acme.example/', 'must start with https:// or mailto:'],
  ])('says beside the field what is wrong with %s %s, and keeps what was typed', async (field, value, problem) => {
    const page = await save({ [field]: value });
    expect(page.response.status).toBe(400);
    expect(page.text).toMatch(new RegExp(`id="${field}-problem">.*${problem.replace(/[.#]/g, '\\$&')}`));
    expect(typedIn(page.text, 'termsUrl')).toBe(WORDS.termsUrl);
    expect(page.text).not.toContain('preview-123456;');
    expect(await shown()).toMatchObject({ name: 'Latchkey', accent: null });
  });

  it('does not undo what somebody else has saved meanwhile', async () => {
    const page = await admin.visit(HREF);
    await cli.run(['branding', 'set', '--name', 'Theirs']);
    const refused = await admin.submit(page, HREF, { ...WORDS });
    expect(refused.response.status).toBe(412);
    expect(refused.text).toContain('Someone else has changed the branding since you opened the page.');
    expect(await shown()).toMatchObject({ name: 'Theirs' });
  });

  it('takes a picture for light and one for dark pages, and removes them', async () => {
    const file = await plain(200, 200).webp().toBuffer();
    expect((await upload(`${HREF}/logo`, file)).status).toBe(303);
    expect((await upload(`${HREF}/dark-logo`, file)).status).toBe(303);
    expect(await shown()).toMatchObject({
      logo_url: expect.stringContaining('/brand/logo-'),
      dark_logo_url: expect.stringContaining('/brand/dark-logo-'),
    });
    const page = await admin.submit(await admin.visit(HREF), `${HREF}/dark-logo/remove`);
    expect(page.text).toContain('The picture is removed.');
    expect(await shown()).toMatchObject({ dark_logo_url: null });
  });

  it.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'Only PNG, JPEG and WebP pictures are taken'],
    ['more than a megabyte', Buffer.alloc(1024 * 1024 + 1), 'The picture is larger than 1 MB.'],
    ['nothing', Buffer.alloc(0), 'Choose a picture first.'],
  ])('says beside the form why %s is no logo', async (_what, file, problem) => {
    const { status, text } = await upload(`${HREF}/dark-logo`, file);
    expect([status, text]).toEqual([400, expect.stringContaining(problem)]);
    expect(await shown()).toMatchObject({ dark_logo_url: null });
  });

  it('asks before it takes everything away', async () => {
    await save({});
    const question = await admin.visit(`${HREF}/reset`);
    expect(question.text).toContain('Pages and mail have the name, the sign and the color of Latchkey again.');
    const page = await admin.submit(question, `${HREF}/reset`);
    expect(page.text).toContain('The branding is as in a new installation.');
    expect(page.text).not.toContain(`href="${HREF}/reset"`);
    expect(await shown()).toMatchObject({ name: 'Latchkey', accent: null, support_url: null });
  });

  it('is read, and not changed, by an auditor; for others it is not there', async () => {
    const auditor = await aVisitor(server, await aMember(server, { platform: 'auditor' }));
    const { text } = await auditor.visit(HREF);
    expect(text).toContain('Administrators can change this.');
    expect(text).not.toContain(`formaction="${HREF}/preview"`);
    expect((await (await aVisitor(server)).visit(HREF)).response.status).toBe(404);
  });

  it('is told of in the audit trail', async () => {
    await save({});
    const { text } = await admin.visit('/operator/audit?type=branding.changed');
    expect(text).toContain('branding.changed');
    expect(text).toContain('Acme ID');
  });
});

const hiddenOf = async (text: string) => ({ csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '', ...WORDS });
