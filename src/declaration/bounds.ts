import { type Document, isAlias, isScalar, visit } from 'yaml';
import { DeclarationError, type Problem } from './problems.ts';

/** What a file may have. Beyond it nothing is read, or nothing done. */
export const MOST_BYTES = 2 * 1024 * 1024;
/** Lines and commas: what entries are told apart by, in YAML and in JSON. */
export const MOST_ENTRIES = 100_000;
export const MOST_IN_A_LIST = 5000;
export const MOST_CHANGES = 10_000;
/** Problems that are told, of however many. */
const MOST_PROBLEMS = 100;

const inParts = 'Apply it in parts: a list that is left out is not looked at.';
const refusal = (message: string) => new DeclarationError([{ line: undefined, message }]);

/** Before anything is parsed. @throws {DeclarationError} */
export function requireSmall(text: string): void {
  if (Buffer.byteLength(text) > MOST_BYTES) throw refusal(`The file has more than 2 MB. ${inParts}`);
  let entries = 0;
  for (const mark of ['\n', ',']) {
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) entries += 1;
  }
  if (entries > MOST_ENTRIES) throw refusal(`The file has more than 100,000 lines and commas. ${inParts}`);
}

/** @throws {DeclarationError} */
export function requireFewChanges(changes: readonly unknown[]): void {
  if (changes.length <= MOST_CHANGES) return;
  throw refusal(`The file changes ${changes.length} things, and 10,000 at most are changed at once. ${inParts}`);
}

/** The first hundred problems are enough to start mending a file. */
export function firstOf<Found>(found: readonly Found[], toProblem: (one: Found) => Problem): Problem[] {
  const problems = found.slice(0, MOST_PROBLEMS).map(toProblem);
  const rest = found.length - problems.length;
  return rest > 0 ? [...problems, { line: undefined, message: `There are ${rest} more problems.` }] : problems;
}

/** Names that a block has twice. The parser would compare each with all others. @returns where they are in the text */
export function namesTwice(document: Document.Parsed): { at: number; name: string }[] {
  const found: { at: number; name: string }[] = [];
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key) && !isAlias(key)) continue;
        const name = isScalar(key) ? String(key.value) : `*${key.source}`;
        if (seen.has(name)) found.push({ at: key.range?.[0] ?? 0, name });
        seen.add(name);
      }
    },
  });
  return found;
}
