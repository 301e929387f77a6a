import { describe, expect, it } from '@jest/globals';
import { highlight } from '../../src/views/highlight.ts';
import { addSprite, icon, readIcons } from '../../src/views/icons.ts';
import { initialsOf, jointsOf } from '../../src/views/identifiers.ts';

describe('an identifier', () => {
  it('has joints behind what joins its words, and nowhere else', () => {
    expect(jointsOf('https://sales.example.com/api/v2')).toEqual([
      'https://',
      'sales.',
      'example.',
      'com/',
      'api/',
      'v2',
    ]);
    expect(jointsOf('app_0123456789abcdef')).toEqual(['app_', '0123456789abcdef']);
    expect(jointsOf('reports:read').join('')).toBe('reports:read');
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
