import { describe, expect, it } from '@jest/globals';
import { parseDeclaration } from '../../src/declaration/parse.ts';
import { DeclarationError } from '../../src/declaration/problems.ts';

/** Seven lists of nine of the list before: 9 to the power of 7 entries. */
const LAUGHS = [...'abcdefgh']
  .map(
    (name, index, all) =>
      `${name}: &${name} [${Array(9)
        .fill(index ? `*${all[index - 1]}` : 'ha')
        .join(', ')}]`,
  )
  .join('\n');

const REFUSED: [string, string, string][] = [
  ['aliases of aliases', LAUGHS, 'in more than 100 places'],
  ['a list that is in itself', 'groups: &a [*a]', 'nested too deeply'],
  ['a member that is what it is in', 'groups:\n  - &g\n    name: Ops\n    members: *g', 'nested too deeply'],
  ['many lists that are in themselves', `groups: &a [${Array(50).fill('*a').join()}]`, 'nested too deeply'],
  ['3,000 lists in each other', `groups: ${'['.repeat(3000)}${']'.repeat(3000)}`, 'nested too deeply'],
  ['3,000 lists that are not closed', `groups: ${'['.repeat(3000)}`, 'nested too deeply'],
  ['21 lists in each other', `groups: ${'['.repeat(21)}${']'.repeat(21)}`, 'nested too deeply'],
  [
    '2,000 blocks in each other',
    Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    'nested too deeply',
  ],
  ['an escaped NUL', 'groups:\n  - name: "a\\0b"', 'line 2: This text has a character in it that cannot be kept'],
  ['half of a surrogate pair', 'groups:\n  - name: "\\uD800"', 'line 2: This text has a character in it'],
  ['a NUL', 'groups:\n  - name: "a\0b"', 'line 2: This text has a character in it that cannot be kept'],
  ['a NUL in a name', '"a\\0b": 1', 'This text has a character in it that cannot be kept'],
  ['the prototype', '__proto__: { version: 1 }', 'This text has a character in it that cannot be kept'],
  ['a tag of another language', 'groups: !!js/function "x"', 'line 1: Unresolved tag'],
  ['a tag of its own', 'groups:\n  - name: !secret x', 'line 2: Unresolved tag'],
  ['two documents', 'groups: []\n---\ngroups: []', 'line 2: Source contains multiple documents'],
  ['a name twice', 'groups: []\ngroups: []', 'line 2: “groups” is here twice'],
  ['a name that is no text', '? { a: b }\n: c', 'line 1: With stringKeys'],
];

describe('a file that is not meant well', () => {
  it.each(REFUSED)('is refused with a sentence: %s', (_what, text, words) => {
    expect(() => parseDeclaration(text)).toThrow(words);
    expect(() => parseDeclaration(text)).toThrow(DeclarationError);
  });

  it('is not one that uses a list twice', () => {
    const text =
      'teams:\n  - name: One\n    members: &all\n      - { email: ada@example.com, role: owner }\n  - name: Two\n    members: *all';
    expect(parseDeclaration(text).declaration.teams?.[1]?.members).toEqual([
      { email: 'ada@example.com', role: 'owner' },
    ]);
  });
});
