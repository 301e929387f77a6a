import { type Document, LineCounter, parseDocument } from 'yaml';
import { DeclarationError, type Path, type Problem } from './problems.ts';
import { Declaration } from './schema.ts';
import { sentenceFor } from './sentences.ts';

export interface Parsed {
  readonly declaration: Declaration;
  /** The line, from 1, of what is at a path; of what is around it where that is not in the file. */
  lineOf(path: Path): number | undefined;
}

/** Reads a file: YAML 1.2, of which JSON is a part. @throws {DeclarationError} with the line of each problem */
export function parseDeclaration(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    throw new DeclarationError(document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message })));
  }
  const lineOf = (path: Path) => lineOfNode(document, path, lineAt);
  const value: unknown = document.toJS() ?? {};
  const unstorable = findUnstorable(value);
  const problems: Problem[] = unstorable.map((path) => ({ line: lineOf(path), message: UNSTORABLE }));
  const result = Declaration.safeParse(value, { error: sentenceFor });
  for (const { path, message } of result.error?.issues ?? []) problems.push({ line: lineOf(path as Path), message });
  if (!result.success || problems.length > 0) throw new DeclarationError(problems);
  return { declaration: result.data, lineOf };
}

const UNSTORABLE = 'This text has a character in it that cannot be kept (NUL, or half of a surrogate pair).';

/** PostgreSQL cannot keep these; YAML and JSON can write them as escapes. */
function findUnstorable(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  const list = Array.isArray(value);
  return Object.entries(value).flatMap(([name, member]) =>
    findUnstorable(member, [...path, list ? Number(name) : name]),
  );
}

function lineOfNode(document: Document.Parsed, path: Path, lineAt: (offset: number) => number): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | null | undefined)?.range;
    if (range?.[0] !== undefined) return lineAt(range[0]);
  }
  return undefined;
}
