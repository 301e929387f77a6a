import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '../cli/in-process.ts';
import { api, aRobot, tokenOf } from '../support/admin-api.ts';
import { plain } from '../support/pictures.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let token: string;
let cli: ReturnType<typeof commandLineOf>;
beforeAll(async () => {
  server = await startTestServer();
  const scopes = ['branding:read', 'branding:write'];
  token = await tokenOf(server, await aRobot(server, scopes), scopes);
  cli = commandLineOf(server);
});
afterEach(() => cli.run(['branding', 'reset']));
afterAll(() => server.stop());

const read = () => api(server, token).call('GET', '/branding');
const change = (body: unknown, headers: Record<string, string> = {}) =>
  api(server, token).call('PATCH', '/branding', body, headers);

describe('the branding in the admin API', () => {
  it('is what the command line shows, and has a version', async () => {
    const before = await read();
    expect([before.status, before.headers.get('etag')]).toEqual([200, expect.stringMatching(/^"\d+"$/)]);
    const changed = await change({ name: 'Acme ID', accent: '#FFD500', support_url: 'mailto:help@acme.example' });
    expect(changed.body).toMatchObject({ name: 'Acme ID', accent: '#ffd500', accent_dark: '#ffd500' });
    expect(changed.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(changed.body).toEqual(await cli.answer(['branding', 'show']));
    expect((await change({ name: null })).body).toMatchObject({ name: 'Latchkey', accent: '#ffd500' });
  });

  it('is changed once, however often the same is sent', async () => {
    const first = await change({ name: 'Acme ID' });
    const again = await change({ name: 'Acme ID' });
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(again.body).toEqual(first.body);
  });

  it('is not changed by who has seen an older one', async () => {
    const etag = (await read()).headers.get('etag') ?? '';
    await cli.run(['branding', 'set', '--name', 'Theirs']);
    const late = await change({ name: 'Ours' }, { 'if-match': etag });
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed']);
    const now = (await read()).headers.get('etag') ?? '';
    expect((await change({ name: 'Ours' }, { 'if-match': now })).status).toBe(200);
  });

  it('takes pictures in base64, and null takes them away', async () => {
    const logo = (await plain(64, 64).png().toBuffer()).toString('base64');
    const { body } = await change({ logo, dark_logo: logo });
    expect(body.logo_url).toMatch(/^http:\/\/localhost:\d+\/brand\/logo-\w+\.png$/);
    expect((await fetch(String(body.dark_logo_url))).headers.get('content-type')).toBe('image/png');
    expect((await change({ logo: null })).body).toMatchObject({ logo_url: null, dark_logo_url: body.dark_logo_url });
  });

  it.each([
    [{ accent: 'red' }, 'accent'],
    [{ name: '' }, 'name'],
    [{ name: 'a'.repeat(61) }, 'name'],
    [{ support_url: 'javascript:alert(1)' }, 'support_url'],
    [{ privacy_url: 'http://acme.example/' }, 'privacy_url'],
    [{ logo: 'no base64!' }, 'logo'],
    [{ logo: 'A'.repeat(54_004) }, 'logo'],
  ])('refuses %j, and names the member', async (body, field) => {
    const answer = await change(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors).toEqual([{ field, message: expect.any(String) }]);
  });

  it('refuses an SVG as a picture', async () => {
    const answer = await change({ logo: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64') });
    expect([answer.status, answer.body.detail]).toEqual([
      400,
      'Only PNG, JPEG and WebP pictures are taken, and no SVG.',
    ]);
  });
});
