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

const apply = (text: string, ...more: string[]) =>
  cli.run(['apply', '-f', 'latchkey.yaml', ...more], { files: { 'latchkey.yaml': text } });
const shown = () => cli.answer<Record<string, unknown>>(['branding', 'show']);

const FILE = `version: 2
branding:
  name: Acme ID
  accent: "#FFD500"
  privacy_url: https://acme.example/privacy
  support_url: mailto:help@acme.example
`;

describe('the branding in a file', () => {
  it('is made so, once, and its plan tells from what to what', async () => {
    const dry = await apply(FILE, '--dry-run');
    expect(dry.stdout).toContain('~ the branding: name “Acme ID”; accent #ffd500; privacy_url https://');
    expect(await shown()).toMatchObject({ name: 'Latchkey' });
    expect((await apply(FILE)).stdout).toContain('0 to create, 1 to change, 0 to remove.');
    expect(await shown()).toMatchObject({
      name: 'Acme ID',
      accent: '#ffd500',
      privacy_url: 'https://acme.example/privacy',
      terms_url: null,
      support_url: 'mailto:help@acme.example',
    });
    expect((await apply(FILE)).stdout).toContain('Nothing to do.');
    const less = await apply('version: 2\nbranding:\n  name: Acme ID\n');
    expect(less.stdout).toContain(
      '~ the branding: accent #ffd500 → (none); privacy_url https://acme.example/privacy → (none);',
    );
    expect(await shown()).toMatchObject({ name: 'Acme ID', accent: null, support_url: null });
  });

  it('is not looked at in a file without it', async () => {
    await cli.run(['branding', 'set', '--name', 'Acme ID']);
    expect((await apply('version: 2\ngroups: []\n')).stdout).toContain('Nothing to do.');
    expect(await shown()).toMatchObject({ name: 'Acme ID' });
  });

  it('is exported with its pictures, and comes back the same', async () => {
    const logo = (await plain(300, 200).png().toBuffer()).toString('base64');
    await cli.run(['branding', 'set', '--name', 'Acme ID', '--logo', 'logo.png'], { files: { 'logo.png': logo } });
    const before = await shown();
    const { stdout: file } = await cli.run(['export']);
    expect(file).toMatch(/\nbranding:\n {2}name: Acme ID\n {2}logo: [A-Za-z0-9+/]+=*\n/);
    expect((await apply(file)).stdout).toContain('Nothing to do.');
    // The file that it was made from is known as well.
    expect((await apply(`branding:\n  name: Acme ID\n  logo: ${logo}\n`)).stdout).toContain('Nothing to do.');
    await cli.run(['branding', 'reset']);
    expect((await cli.run(['export'])).stdout).not.toContain('\nbranding:');
    expect((await apply(file)).code).toBe(0);
    expect(await shown()).toMatchObject({ name: 'Acme ID', logo_url: expect.stringContaining('/brand/logo-') });
    expect(before.name).toBe('Acme ID');
    // A picture that is left out stays, null takes it away.
    await apply('branding:\n  name: Acme ID\n');
    expect((await shown()).logo_url).not.toBeNull();
    await apply('branding:\n  name: Acme ID\n  logo: null\n');
    expect((await shown()).logo_url).toBeNull();
  });

  it.each([
    ['accent: red', 'latchkey.yaml:3: A color is written as #'],
    ['support_url: javascript:alert(1)', 'latchkey.yaml:3: “javascript:alert(1)” must start with https:// or mailto:'],
    [
      'privacy_url: http://acme.example/',
      'latchkey.yaml:3: “http://acme.example/” must start with https:// or mailto:',
    ],
    [`name: ${'a'.repeat(61)}`, 'latchkey.yaml:3: A name has at most 60 characters.'],
    ['colour: "#7a1fa2"', 'latchkey.yaml:3: There is no “colour” here.'],
    ['logo: "<svg>"', 'latchkey.yaml:3: A picture is written in base64.'],
    [
      `logo: ${Buffer.from('<svg/>').toString('base64')}`,
      'latchkey.yaml:3: Only PNG, JPEG and WebP pictures are taken',
    ],
  ])('refuses %s with its line', async (line, problem) => {
    const { code, stderr } = await apply(`version: 2\nbranding:\n  ${line}\n`);
    expect([code, stderr]).toEqual([1, expect.stringContaining(problem)]);
    expect(await shown()).toMatchObject({ name: 'Latchkey', accent: null });
  });
});
