import { globSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pathWithNode, run } from '../examples/program.ts';
import { fenced, plain, read, root, tableBelow } from './pages.ts';

const page = read('docs/spec-ids.md');
const sections = [...page.matchAll(/^## (([A-Z]): .*)$/gm)].map(([, heading = '', letter = '']) => ({
  heading,
  letter,
}));
const lines = sections.flatMap(({ heading, letter }) =>
  tableBelow(page, heading).map(([id, what = '', source = '']) => ({ id: plain(id), letter, what, source })),
);
const explained = lines.map(({ id }) => id);

/** Ids in strings of specs: titles, and rows that titles are made of. `A03–A06` is four. */
const used = new Set(
  globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => file !== 'test/docs/spec-ids.test.ts')
    .flatMap((file) => [...read(file).matchAll(/\b([A-Z])(\d{2})(?:–\1(\d{2}))?\b/g)])
    .filter(([, letter = '']) => sections.some((section) => section.letter === letter))
    .flatMap(([, letter = '', first, last = first]) => numbers(Number(first), Number(last)).map((n) => letter + n)),
);

function numbers(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(2, '0'));
}

describe('docs/spec-ids.md', () => {
  it('has a line for every id in a spec title', () => {
    expect(used.size).toBeGreaterThan(100);
    expect([...used].filter((id) => !explained.includes(id)).sort()).toEqual([]);
  });

  it('has no line for an id that no spec has', () => {
    expect(explained.filter((id) => !used.has(id))).toEqual([]);
  });

  it('has each id once, in order, below its letter, with what is required and a source', () => {
    expect(explained).toEqual([...new Set(explained)].sort());
    expect(lines.filter(({ id, letter, what, source }) => !id.startsWith(letter) || !what || !source)).toEqual([]);
  });

  it('has a command that finds the specs of an id, and its line', async () => {
    const script = `cd "${root}"\n${fenced(page, 'sh').join('\n')}`;
    const { code, stdout, stderr } = await run('/bin/sh', ['-c', script], { PATH: pathWithNode() });

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^test\/http\/\S+: .*'B05: lives for a minute'/m);
    expect(stdout).toMatch(/^docs\/spec-ids\.md:\d+:\| B05 \|/m);
  });
});
