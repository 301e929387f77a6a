import type { z } from 'zod';

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of names and values',
};

/** What is wrong with the shape of a file, in a sentence; undefined for what the schema has words for itself. */
export function sentenceFor(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const keys = (issue.keys as string[])
      .slice(0, 10)
      .map((key) => `“${key}”`)
      .join(', ');
    return `There is no ${keys} here. Look at the names in “npx latchkey schema”.`;
  }
  if (issue.code === 'invalid_type') {
    const name = issue.path?.findLast((part) => typeof part === 'string');
    const what = name === undefined ? 'This' : `“${String(name)}”`;
    if (issue.input === undefined) return `${what} is missing.`;
    return `${what} has to be ${KINDS[String(issue.expected)] ?? `of the kind ${String(issue.expected)}`}.`;
  }
  return undefined;
}
