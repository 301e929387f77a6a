import { t } from './texts/texts.ts';
import { type JsonObject, Malformed, parseStrictJson } from './verifier/token/strict-json.ts';

export type { JsonObject };

/** Where something is in a value: names and positions from the top. */
export type JsonPath = readonly (string | number)[];

/** Text that is not taken as JSON. The message is the end of a sentence: “is …”, “has …”. */
export class JsonProblem extends Error {
  /** Text that no database keeps, rather than JSON that is wrong. */
  readonly isUnstorable: boolean;

  constructor(message: string, isUnstorable = false) {
    super(message);
    this.name = 'JsonProblem';
    this.isUnstorable = isUnstorable;
  }
}

export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/** What a request may hold as well. Nothing that is kept here is nested half as deep. */
const LIMITS: JsonLimits = { maxBytes: 56 * 1024, maxDepth: 20 };

export const unstorableText = () => t('keys.jsonUnstorable');

/** The words of verifier/token/strict-json.ts as ends of sentences. */
const SENTENCES: Record<string, () => string> = {
  'not UTF-8': () => t('keys.jsonUtf8'),
  'not JSON': () => t('keys.jsonNone'),
  'not a JSON object': () => t('keys.jsonNoObject'),
  'nested too deeply': () => t('keys.jsonDeep'),
  'a JSON member appears twice': () => t('keys.jsonTwice'),
};

/**
 * Parses JSON of others, which must be an object: bounded in size and depth, no member twice (RFC 8259 §4: what a second one
 * means differs by reader), and nothing that PostgreSQL cannot keep. JSON writes NUL and lone surrogates as escapes, so no
 * look at the text before finds them.
 * @throws {JsonProblem}
 */
export function parseJson(source: string | Uint8Array, limits: Partial<JsonLimits> = {}): JsonObject {
  const { maxBytes, maxDepth } = { ...LIMITS, ...limits };
  const bytes = typeof source === 'string' ? toUtf8(source) : source;
  if (bytes.length > maxBytes) throw new JsonProblem(t('keys.jsonLarge', { size: Math.floor(maxBytes / 1024) }));
  const value = strictly(bytes, maxDepth);
  if (findUnstorable(value)) throw new JsonProblem(unstorableText(), true);
  return value;
}

function toUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new JsonProblem(unstorableText(), true);
  return Buffer.from(text);
}

function strictly(bytes: Uint8Array, maxDepth: number): JsonObject {
  try {
    return parseStrictJson(bytes, maxDepth);
  } catch (error) {
    if (error instanceof Malformed) throw new JsonProblem(SENTENCES[error.message]?.() ?? t('keys.jsonNone'));
    throw error;
  }
}

/** Whether PostgreSQL keeps a text as it is. */
export const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed();

/**
 * Where in a value of JSON or YAML is the first text that cannot be kept: a NUL, half of a surrogate pair, or a name that
 * is no name of a member. undefined when there is none. The value is a tree, and not deep.
 */
export function findUnstorable(value: unknown, path: JsonPath = []): JsonPath | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  const isList = Array.isArray(value);
  for (const [name, member] of Object.entries(value)) {
    const here = [...path, isList ? Number(name) : name];
    if (!isStorable(name) || name === '__proto__') return here;
    const found = findUnstorable(member, here);
    if (found) return found;
  }
  return undefined;
}
