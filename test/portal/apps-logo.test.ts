import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { aTeam } from '../support/access.ts';
import { aClient, aPerson } from '../support/factories.ts';
import type { Person } from '../support/person.ts';
import { blackPng, jpegOfScans, pngChunk } from '../support/pictures.ts';
import { aVisitor } from '../support/portal.ts';
import { authorizationUrl } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let visitor: Person;
let clientId: string;
beforeAll(async () => {
  server = await startTestServer();
  const person = await aPerson(server.database);
  const team = (await aTeam(server.database)).id;
  const member = { team_id: team, account_id: person.account.id, role: 'developer' as const, created_at: new Date() };
  await server.database.db.insertInto('team_members').values(member).execute();
  clientId = (await aClient(server.database, { type: 'web', team })).clientId;
  visitor = await aVisitor(server, person);
});
afterAll(() => server.stop());

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#3447d6' } }).withExif({
    IFD0: { Copyright: 'hidden words' },
  });

/** Sends a file as the form on the settings page does. */
async function upload(file: Uint8Array, options: { csrf?: string; path?: string; name?: string } = {}) {
  const { text } = await visitor.visit('/teams/new');
  const form = new FormData();
  form.set('csrf', options.csrf ?? /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '');
  form.set('logo', new Blob([Buffer.from(file)]), options.name ?? 'logo.png');
  const cookie = [...visitor.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(`${server.issuer}${options.path ?? `/apps/${clientId}/logo`}`, {
    method: 'POST',
    headers: { cookie, accept: 'text/html' },
    body: form,
    redirect: 'manual',
  });
  return { status: response.status, text: await response.text() };
}

async function logoOn(page: string): Promise<string | undefined> {
  const { text } = await visitor.visit(page);
  return /src="(\/app-logos\/[^"]+)"/.exec(text)?.[1];
}

describe('a logo', () => {
  it.each(['png', 'jpeg', 'webp'] as const)(
    'that is a %s is encoded anew, as a small PNG without what was hidden in it',
    async (format) => {
      const original = await picture(900, 600).toFormat(format).toBuffer();
      expect((await upload(original)).status).toBe(303);
      const path = (await logoOn(`/apps/${clientId}`)) ?? '';
      const response = await fetch(server.issuer + path);
      const image = Buffer.from(await response.arrayBuffer());
      expect(await sharp(image).metadata()).toMatchObject({ format: 'png', width: 256, height: 256 });
      expect(image.toString('latin1')).not.toContain('hidden words');
      expect(response.headers.get('content-type')).toBe('image/png');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const etag = response.headers.get('etag') ?? '';
      const again = await fetch(server.issuer + path, { headers: { 'if-none-match': etag } });
      expect(again.status).toBe(304);
      const other = await fetch(`${server.issuer}/app-logos/${clientId}?v=old`);
      expect(other.headers.get('cache-control')).toBe('public, max-age=60');
    },
  );

  it('is shown to people who sign in and agree', async () => {
    await upload(await picture(100, 100).png().toBuffer());
    const path = await logoOn(`/apps/${clientId}`);
    expect(await logoOn(authorizationUrl(server, { clientId }, { prompt: 'login' }))).toBe(path);
    expect(await logoOn(authorizationUrl(server, { clientId }))).toBe(path);
  });

  it('that is no picture, or one that does more, is refused in a sentence', async () => {
    const before = await logoOn(`/apps/${clientId}`);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const png = await picture(50, 50).png().toBuffer();
    const refused: [Uint8Array, string][] = [
      [svg, 'Only PNG, JPEG and WebP'],
      [Buffer.concat([Buffer.from('GIF89a'), svg]), 'Only PNG, JPEG and WebP'],
      [Buffer.concat([png.subarray(0, 40), svg]), 'This picture cannot be read'],
      [await picture(6000, 4100).png().toBuffer(), 'This picture cannot be read'],
      [blackPng(1, 23_000_000), 'a side of more than 10000'],
      [await jpegOfScans(500, 500, 400), 'built up in too many steps'],
      [blackPng(8, 8, [pngChunk('acTL', Buffer.alloc(8))]), 'This picture moves'],
      [Buffer.concat([png, Buffer.alloc(1024 * 1024)]), 'larger than 1 MB'],
      [Buffer.concat([png, Buffer.alloc(12 * 1024 * 1024)]), 'larger than 1 MB'],
      [Buffer.alloc(0), 'Choose a picture first'],
    ];
    for (const [file, sentence] of refused) {
      const { status, text } = await upload(file);
      expect([status, text.includes(sentence)]).toEqual([400, true]);
    }
    const huge = await upload(Buffer.alloc(17 * 1024 * 1024));
    expect([huge.status, huge.text.includes('Go back and choose a smaller one.')]).toEqual([413, true]);
    expect(await logoOn(`/apps/${clientId}`)).toBe(before);
  });

  it('is one of a few at a time: more are refused for the moment, and people sign in meanwhile', async () => {
    const file = await picture(6000, 4000).png().toBuffer();
    const answers = await Promise.all(Array.from({ length: 16 }, () => upload(file)));
    const statuses = answers.map(({ status }) => status);
    expect([...new Set(statuses)].toSorted()).toEqual([303, 503]);
    const refused = answers.find(({ status }) => status === 503);
    expect(refused?.text).toContain('Other pictures of yours are being read.');
    expect((await upload(await picture(10, 10).png().toBuffer())).status).toBe(303);
  });

  it('needs the form’s own token, and one’s own app', async () => {
    const file = await picture(10, 10).png().toBuffer();
    expect((await upload(file, { csrf: 'wrong' })).status).toBe(403);
    const theirs = await aClient(server.database, { type: 'web' });
    expect((await upload(file, { path: `/apps/${theirs.clientId}/logo` })).status).toBe(404);
    expect((await upload(file, { path: '/apps' })).status).toBe(403);
    expect((await fetch(`${server.issuer}/app-logos/${theirs.clientId}`)).status).toBe(404);
  });

  it('is removed again', async () => {
    await upload(await picture(10, 10).png().toBuffer());
    const path = (await logoOn(`/apps/${clientId}`)) ?? '';
    const page = await visitor.submit(await visitor.visit(`/apps/${clientId}/settings`), '/logo/remove');
    expect(page.text).toContain('Removed the logo.');
    expect((await fetch(server.issuer + path)).status).toBe(404);
  });
});
