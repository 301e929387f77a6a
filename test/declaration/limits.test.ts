import { expect, it } from '@jest/globals';
import { parseDeclaration } from '../../src/declaration/parse.ts';
import { plan } from '../../src/declaration/plan/plan.ts';
import type { DeclarationError } from '../../src/declaration/problems.ts';
import type { Current } from '../../src/declaration/read.ts';

const problemsOf = (text: string) => {
  try {
    parseDeclaration(text);
    return [];
  } catch (error) {
    return (error as DeclarationError).problems.map(({ message }) => message);
  }
};
const people = (count: number, prefix = 'p') => Array.from({ length: count }, (_, i) => `${prefix}${i}@example.com`);
const group = (members: readonly string[]) => JSON.stringify({ groups: [{ name: 'Clerks', members }] });

it('a file that is too large is refused before it is parsed, with what to do', () => {
  expect(problemsOf(`# ${'x'.repeat(2 * 1024 * 1024)}`)).toEqual([
    expect.stringMatching(/more than 2 MB\. Apply it in parts/),
  ]);
  for (const text of [`[${'a,'.repeat(100_001)}]`, 'a\n'.repeat(100_001), group(people(100_002))]) {
    expect(problemsOf(text)).toEqual([expect.stringMatching(/more than (100,000 lines and commas|2 MB)/)]);
  }
});

it('a list has an end', () => {
  expect(problemsOf(group(people(5000)))).toEqual([]);
  expect(problemsOf(group(people(5001)))).toEqual([
    'A list of a file has at most 5,000 entries. Apply the file in parts.',
  ]);
});

it('of many problems the first hundred are told', () => {
  const problems = problemsOf(JSON.stringify({ groups: Array.from({ length: 3000 }, () => ({ name: '' })) }));
  expect(problems).toHaveLength(101);
  expect(problems.at(-1)).toBe('There are 2900 more problems.');
  const unknown = problemsOf(JSON.stringify(Object.fromEntries(people(3000).map((name) => [name, 1]))));
  expect(unknown.join('').length).toBeLessThan(1000);
});

it('a name that is in a block twice is found, however many there are', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`);
  expect(problemsOf([...keys, 'k7: 2', ''].join('\n'))).toEqual(['“k7” is here twice.']);
});

it('what differs is found without comparing each with all others', () => {
  const role = (names: string[]) => [{ name: 'R', description: '', scopes: [], people: names }];
  const api = { identifier: 'https://a.example.com', name: 'A', visible_teams: [], scopes: [] };
  const wanted = parseDeclaration(JSON.stringify({ apis: [{ ...api, roles: role(people(5000)) }] })).declaration;
  const current = {
    declaration: { apis: [{ ...wanted.apis?.[0], roles: role(people(5000, 'q')) }] },
  } as unknown as Current;
  const began = performance.now();
  expect(plan(current, wanted, { prune: true }).changes).toHaveLength(10_000);
  // It took 55 seconds; a machine that is busy gets ten, of which it needs a tenth of one.
  expect(performance.now() - began).toBeLessThan(10_000);
});
