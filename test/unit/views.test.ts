import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EXAMPLES } from '../../src/portal/development/examples.ts';
import { highlight } from '../../src/views/highlight.ts';
import { addSprite, icon, readIcons } from '../../src/views/icons.ts';
import { initialsOf, jointsOf } from '../../src/views/identifiers.ts';

describe('an identifier', () => {
  it('has joints behind what joins its words, and nowhere else', () => {
    const pieces = ['https://', 'sales.', 'internal.', 'example.', 'com/', 'api/', 'v2'];
    expect(jointsOf(pieces.join(''))).toEqual(pieces);
  });

  it('stays whole when it is short', () => {
    expect(jointsOf('app_5dfef2a640bfb80ef4632e84')).toEqual(['app_5dfef2a640bfb80ef4632e84']);
  });
});

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Jean-Luc van den Berg', 'JB'],
    ['李 小龍', '李小'],
    ['', '?'],
  ])('of %s are %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});

describe('highlighted code', () => {
  it('is escaped, and shows what cannot be seen', () => {
    const html = highlight(`echo '<script>' \u202e & "x"`, 'bash');
    expect(html).not.toMatch(/<script|\u202e/);
    expect(html.replace(/<\/?span[^>]*>/g, '')).toContain('&lt;script&gt;');
  });
});

describe('the icons of a page', () => {
  it('stand in it once each, and no others', () => {
    const html = addSprite(`<body>${icon('check')}${icon('copy')}${icon('check')}</body>`, readIcons());
    expect([...html.matchAll(/<symbol id="([\w-]+)"/g)].map(([, id]) => id)).toEqual(['icon-check', 'icon-copy']);
  });

  it('are not made up', () => {
    expect(() => addSprite(`<body>${icon('unicorn')}</body>`, readIcons())).toThrow(
      'an icon that there is not: unicorn',
    );
  });
});

describe('the components', () => {
  const views = new URL('../../views/', import.meta.url);
  const names = readdirSync(new URL('components/', views)).map((file) => file.replace('.eta', ''));
  const templates = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.eta'));
  const pages = templates.filter((file) => !/^(components|admin|help\/layout|portal\/layout)/.test(file));
  const textOf = (file: string) => readFileSync(new URL(file, views), 'utf8');

  it('are all shown in development, but for the menu of the frame, and what has nothing to show alone', () => {
    const shown = new Set<string>(EXAMPLES.map(({ component }) => component));
    expect(names.filter((name) => !shown.has(name))).toEqual([
      'account-menu',
      'default-button',
      'languages',
      'live-search',
    ]);
  });

  it('are there when a template calls them', () => {
    const called = templates.flatMap((file) =>
      [...textOf(file).matchAll(/\buse\('([\w-]+)'/g)].map(([, name]) => name),
    );
    expect([...new Set(called)].filter((name) => !names.includes(name ?? ''))).toEqual([]);
  });

  it.each([
    'class="button',
    '<button',
    'class="badge',
    'class="page-head',
    'class="tabs',
    'class="empty',
    '<table',
    'class="toolbar"',
  ])('are not made by hand on a page: %s', (html) => {
    expect(pages.filter((file) => textOf(file).includes(html))).toEqual([]);
  });
});
