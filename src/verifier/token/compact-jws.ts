import { type JsonObject, Malformed, parseStrictJson } from './strict-json.ts';

export interface CompactJws {
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

export interface Limits {
  readonly bytes: number;
  /** How deep objects and arrays may nest, the outermost included. */
  readonly depth: number;
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Takes a JWS in compact form apart (RFC 7515 §7.1). Nothing is trusted yet.
 * @throws {Malformed} also for an encoding that is not the one canonical form: two spellings of one signature would
 * escape a list that knows tokens by their text
 */
export function parseCompactJws(text: unknown, limits: Limits): CompactJws {
  if (typeof text !== 'string') throw new Malformed('not a string');
  if (text.length > limits.bytes) throw new Malformed('too large');
  const [header, payload, signature, ...rest] = text.split('.');
  if (!header || !payload || !signature || rest.length > 0) throw new Malformed('not three parts');
  decodeCanonical(signature);
  return {
    header: parseStrictJson(decodeCanonical(header), limits.depth),
    payload: parseStrictJson(decodeCanonical(payload), limits.depth),
  };
}

function decodeCanonical(part: string): Uint8Array {
  const bytes = Buffer.from(part, 'base64url');
  if (!BASE64URL.test(part) || bytes.toString('base64url') !== part) throw new Malformed('not canonical base64url');
  return bytes;
}
