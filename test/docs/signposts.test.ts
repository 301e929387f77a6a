import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { variables } from '../../src/config.ts';
import { errorCodes } from '../../src/errors.ts';
import { pages, plain, read, root, tableBelow } from './pages.ts';

const linksOf = (page: string) =>
  [...read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => join(page, '..', target));

describe('the README', () => {
  it('leads to every page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) if (page.endsWith('.md')) for (const target of linksOf(page)) reached.add(target);

    expect(pages().filter((page) => !reached.has(page))).toEqual([]);
  });
});

describe('CHANGELOG.md', () => {
  const log = read('CHANGELOG.md');
  const versions = [...log.matchAll(/^## (\S+)/gm)].map(([, version]) => version);
  const [, unreleased = ''] = log.split(/^## /m);

  it('has what is not released yet, and then the version of package.json', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };

    expect(versions.slice(0, 2)).toEqual(['Unreleased', version]);
  });

  it('says first what an upgrade breaks', () => {
    expect([...unreleased.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      'Breaking',
      'Added',
      'Fixed',
    ]);
  });

  it('names variables and error codes that exist', () => {
    const named = [...unreleased.matchAll(/`([A-Z]+(?:_[A-Z]+)+)(?:=\S*)?`/g)].map(([, name = '']) => name);
    const codes = /The error codes (.*)\./.exec(unreleased)?.[1]?.match(/\w+_\w+/g) ?? [];

    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in variables) && name !== 'NODE_ENV')).toEqual([]);
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !(code in errorCodes))).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  const page = read('docs/glossary.md');
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
  const rows = headings.flatMap((heading) => tableBelow(page, heading));
  const words = rows.flatMap(([word = '']) => plain(word).split(', '));

  it('has each word once, with a meaning and a word about the standard', () => {
    expect(words).toEqual([...new Set(words)]);
    expect(rows.filter((row) => row.length !== 3 || row.some((cell) => cell === ''))).toEqual([]);
  });

  it('explains words that somebody meets in the code, the views or the pages', () => {
    const files = globSync(['src/**/*.ts', 'views/**/*', 'docs/*.md', 'README.md'], { cwd: root });
    const texts = files.filter((file) => /\.\w+$/.test(file) && file !== 'docs/glossary.md').map(read);
    const all = texts.join('\n').toLowerCase();

    expect(words.map((word) => word.replace(/^to /, '').toLowerCase()).filter((word) => !all.includes(word))).toEqual(
      [],
    );
  });
});
