import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { problemInWords } from '../../src/texts/problems.ts';
import { inLanguage } from '../../src/texts/speech.ts';

/** Schemas that say nothing of their own, each with what they refuse. */
const REFUSED: readonly (readonly [string, z.ZodType, unknown])[] = [
  ['Fill this in.', z.string(), undefined],
  ['Fill this in.', z.string().min(1), ''],
  ['This is not what belongs here.', z.string(), ['a']],
  ['This has more than 3 characters.', z.string().max(3), 'four'],
  ['This needs at least 3 characters.', z.string().min(3), 'a'],
  ['These are more than 1.', z.array(z.string()).max(1), ['a', 'b']],
  ['Give at least 1.', z.array(z.string()).min(1), []],
  ['The number is at most 9.', z.coerce.number().max(9), '10'],
  ['The number is at least 9.', z.coerce.number().min(9), '8'],
  ['This is not written as it must be.', z.string().regex(/^a$/), 'b'],
  ['Choose one of these: red, blue.', z.enum(['red', 'blue']), 'green'],
  ['This form has no field more.', z.strictObject({}), { more: 1 }],
  ['This is not what belongs here.', z.union([z.literal(1), z.literal(2)]), 'x'],
];

describe('what a schema refuses without words of its own', () => {
  const said = (schema: z.ZodType, value: unknown) =>
    schema.safeParse(value, { error: problemInWords }).error?.issues[0]?.message;

  it.each(REFUSED)('%s', (words, schema, value) => {
    expect(inLanguage('en', 'UTC', () => said(schema, value))).toBe(words);
    const german = inLanguage('de', 'UTC', () => said(schema, value));
    expect(german).not.toBe(words);
    expect(german).not.toMatch(/invalid|expected/i);
  });

  it('is said to programs in the words of zod', () => {
    expect(said(z.string().max(3), 'four')).toBe('Too big: expected string to have <=3 characters');
  });
});
