export type JsonObject = { readonly [name: string]: unknown };

/** Not a token at all: broken encoding, JSON or shape. */
export class Malformed extends Error {}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses UTF-8 JSON that must be an object. Duplicate member names are refused, because two parsers may disagree about
 * which one counts (RFC 7515 §4, RFC 8725 §2.4).
 * @throws {Malformed}
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth: number): JsonObject {
  const text = decode(bytes);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed('not a JSON object');
  scan(text, maxDepth);
  return value as JsonObject;
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Malformed('not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed('not JSON');
  }
}

/** One pass over text that is known to be JSON, so only structure needs to be followed. */
function scan(text: string, maxDepth: number): void {
  /** What is open: an object's names so far, or null for an array. */
  const open: (Set<string> | null)[] = [];
  let isNameNext = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        open.push(text[at] === '{' ? new Set() : null);
        if (open.length > maxDepth) throw new Malformed('nested too deeply');
        isNameNext = text[at] === '{';
        break;
      case '}':
      case ']':
        open.pop();
        isNameNext = false;
        break;
      case ',':
        isNameNext = open.at(-1) !== null;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (isNameNext) addName(open.at(-1), text.slice(at, end + 1));
        isNameNext = false;
        at = end;
      }
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** Names are compared unescaped: `"\u0069ss"` is `"iss"`. */
function addName(names: Set<string> | null | undefined, literal: string): void {
  const name: string = JSON.parse(literal);
  if (names?.has(name)) throw new Malformed('a JSON member appears twice');
  names?.add(name);
}
