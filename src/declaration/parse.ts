import { type Document, LineCounter, parseDocument } from 'yaml';
import { findUnstorable, unstorableText } from '../json.ts';
import { firstOf, namesTwice, requireSmall } from './bounds.ts';
import { DeclarationError, type Path, type Problem } from './problems.ts';
import { Declaration } from './schema.ts';
import { sentenceFor } from './sentences.ts';

export interface Parsed {
  readonly declaration: Declaration;
  /** The line, from 1, of what is at a path; of what is around it where that is not in the file. */
  lineOf(path: Path): number | undefined;
}

/** Values of a file that are written once and used again; more would make a small file a large one. */
const MOST_ALIASES = 100;

/** Reads a file: YAML 1.2, of which JSON is a part. @throws {DeclarationError} with the line of each problem */
export function parseDeclaration(text: string): Parsed {
  requireSmall(text);
  const lines = new LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const document = readDocument(text, lines);
  const twice = namesTwice(document).map(({ at, name }) => ({ pos: [at], message: `“${name}” is here twice.` }));
  const wrong = [...document.errors, ...document.warnings, ...twice];
  if (wrong.length > 0)
    throw new DeclarationError(firstOf(wrong, ({ pos, message }) => ({ line: lineAt(pos[0] ?? 0), message })));
  const lineOf = (path: Path) => lineOfNode(document, path, lineAt);
  const value = readValue(document);
  const unstorable = findUnstorable(value);
  const problems: Problem[] = unstorable
    ? [{ line: lineOf(unstorable), message: `This text ${unstorableText()}.` }]
    : [];
  const result = Declaration.safeParse(value, { error: sentenceFor });
  problems.push(
    ...firstOf(result.error?.issues ?? [], ({ path, message }) => ({ line: lineOf(path as Path), message })),
  );
  if (!result.success || problems.length > 0) throw new DeclarationError(problems);
  return { declaration: result.data, lineOf };
}

const tooDeep = (cause?: unknown) =>
  new DeclarationError([{ line: undefined, message: 'The file is nested too deeply.' }], { cause });

/** The parser calls itself for each level, and would overflow the stack. */
function readDocument(text: string, lines: LineCounter): Document.Parsed {
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    stringKeys: true,
    uniqueKeys: false,
  });
  const overflow = document.errors.find(({ message }) => message.includes('call stack'));
  if (overflow) throw tooDeep(overflow);
  return document;
}

function readValue(document: Document.Parsed): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
    requireShallow(value, []);
    return value;
  } catch (cause) {
    if (cause instanceof DeclarationError) throw cause;
    if (cause instanceof RangeError) throw tooDeep(cause);
    const message = `The file uses what it has written once (*name) in more than ${MOST_ALIASES} places.`;
    throw new DeclarationError([{ line: undefined, message }], { cause });
  }
}

const DEEPEST = 20;

/** An alias to a value around it would never end either. */
function requireShallow(value: unknown, around: readonly unknown[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (around.length > DEEPEST || around.includes(value)) throw tooDeep();
  for (const member of Object.values(value)) requireShallow(member, [...around, value]);
}

function lineOfNode(document: Document.Parsed, path: Path, lineAt: (offset: number) => number): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | null | undefined)?.range;
    if (range?.[0] !== undefined) return lineAt(range[0]);
  }
  return undefined;
}
