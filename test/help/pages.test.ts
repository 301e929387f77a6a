import { globSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../portal/access/routes.ts';
import { aCast, aWorld, expected, pathOf } from '../portal/access/world.ts';
import { unescapeHtml } from '../support/html.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const known = new Map<string, { status: number; html: string }>();

async function read(path: string): Promise<{ status: number; html: string }> {
  const before = known.get(path);
  if (before) return before;
  const response = await fetch(server.issuer + path);
  const page = { status: response.status, html: await response.text() };
  known.set(path, page);
  return page;
}

const linksOf = (html: string) =>
  [...html.matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, link = '']) => unescapeHtml(link));
const has = (html: string, anchor: string) => html.includes(` id="${anchor}"`);

/** All pages of the documentation that can be reached from its list. */
async function allPages(): Promise<string[]> {
  const reached = new Set(['/docs']);
  for (const path of reached) {
    for (const link of linksOf((await read(path)).html)) {
      const [target = ''] = link.split('#');
      if (/^\/docs\/(?!pictures)/.test(target)) reached.add(target);
    }
  }
  return [...reached];
}

describe('the documentation', () => {
  it('has every page of docs/, and every decision, reachable from its list', async () => {
    const files = globSync(['docs/*.md', 'docs/decisions/*.md']).map(
      (file) => `/${file.replace('.md', '').replace('/README', '')}`,
    );
    const pages = await allPages();
    expect(files.filter((file) => !pages.includes(file))).toEqual([]);
    for (const page of pages) expect([page, (await read(page)).status]).toEqual([page, 200]);
  });

  it('has no link without a target, and no anchor twice', async () => {
    const broken: string[] = [];
    for (const page of await allPages()) {
      const { html } = await read(page);
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
      broken.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${page}: ${id} twice`));
      for (const link of linksOf(html)) {
        if (/^(?:https?:|mailto:)/.test(link)) continue;
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? { status: 200, html } : await read(path);
        if (target.status !== 200 || (anchor && !has(target.html, anchor))) broken.push(`${page}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('is in English, with code that is highlighted and can be copied', async () => {
    const { html } = await read('/docs/verifying');
    expect(html).toContain('<article class="written" lang="en">');
    expect(html).toContain('<span class="hljs-keyword">import</span>');
    expect(html).toContain('class="copy-button small"');
    expect(html).not.toContain('&lt;!--');
  });

  it('has a frame in the language of who reads it', async () => {
    const response = await fetch(`${server.issuer}/docs/tokens`, { headers: { 'accept-language': 'de' } });
    const html = await response.text();
    expect(html).toContain('<html lang="de"');
    expect(html).toContain('Auf dieser Seite');
  });

  it('has the drawings of its pages, and no other file', async () => {
    const drawing = await fetch(`${server.issuer}/docs/pictures/rooms.svg`);
    expect([drawing.status, drawing.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    for (const path of [
      'pictures/..%2Fkeys.md',
      'pictures/none.svg',
      'nothing',
      'decisions/nothing',
      '..%2Fpackage.json',
    ])
      expect([path, (await fetch(`${server.issuer}/docs/${path}`)).status]).toEqual([path, 404]);
  });
});

describe('a search in the documentation', () => {
  const search = (words: string) => read(`/docs?search=${encodeURIComponent(words)}`);
  const found = (html: string) =>
    linksOf(html.split('<div id="list">')[1] ?? '').filter((link) => link.startsWith('/docs'));

  it('finds sections by the words in them', async () => {
    const { html } = await search('rotate a secret');
    expect(found(html)).toContain('/docs/admin-api#rotate-a-secret');
    expect(html).toMatch(/<mark>[Rr]otat/);
  });

  it('forgives a letter that is missing, and takes the beginning of a word', async () => {
    expect(found((await search('opaqe')).html)[0]).toBe('/docs/tokens#why-is-my-token-opaque');
    expect(found((await search('inspec')).html)).toContain('/docs/portal#the-token-inspector');
  });

  it('leads with all links to a place that there is', async () => {
    for (const link of found((await search('token')).html)) {
      const [path = '', anchor] = link.split('#');
      const { status, html } = await read(path);
      expect([link, status, !anchor || has(html, anchor)]).toEqual([link, 200, true]);
    }
  });

  it('says that there is nothing', async () => {
    const { status, html } = await search('xyzzyplugh');
    expect([status, found(html)]).toEqual([200, []]);
    expect(html).toContain('Nothing was found');
  });

  it('looks for the first hundred characters of what is longer, and shows what was typed as text', async () => {
    const { status, html } = await search(`${'"><b>'.repeat(20)}zzz`);
    expect(status).toBe(200);
    expect(html).not.toContain('"><b>');
    expect(html.split('<main')[1]).not.toContain('zzz');
  });

  it('asks for nothing when it is asked twice', async () => {
    const { status, html } = await read('/docs?search=a&search=b');
    expect([status, html.includes('For operators')]).toEqual([200, true]);
  });
});

it('is where every page of the portal leads: to a heading that speaks of it', async () => {
  const cast = await aCast(server);
  const world = await aWorld(server, cast);
  const wrong: string[] = [];
  let pages = 0;
  for (const route of ROUTES.filter((one) => one.method === 'GET' && expected(one, 'admin') === 'in')) {
    const { text, response } = await cast.visitors.admin.visit(pathOf(route, world));
    if (!response.headers.get('content-type')?.includes('html')) continue;
    const [, help = ''] = /<a class="page-help" href="([^"]+)"/.exec(text) ?? [];
    const [path = '', anchor = ''] = help.split('#');
    const { status, html } = path === '' ? { status: 0, html: '' } : await read(path);
    if (status !== 200 || !has(html, anchor)) wrong.push(`${route.path}: ${help}`);
    pages += 1;
  }
  expect(wrong).toEqual([]);
  expect(pages).toBeGreaterThan(30);
});
