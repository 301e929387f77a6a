import { compactVerify } from 'jose';
import { nameOf } from '../feed/revoked.ts';
import { type Limits, parseCompactJws } from '../token/compact-jws.ts';
import type { JsonObject } from '../token/strict-json.ts';
import type { KeySet } from './key-set.ts';

export interface Signed {
  readonly payload: JsonObject;
  /** The key that signed it, as the feeds name it. */
  readonly signer: string;
}

/** What the issuer says in a JWS of this `typ`, signed by a key of its JWKS. @throws for anything else */
export async function readSigned(
  jws: string,
  keys: KeySet,
  expected: Limits & { readonly typ: string },
): Promise<Signed> {
  const text = jws.trim();
  const { header, payload } = parseCompactJws(text, expected);
  const { alg, typ, kid } = header;
  if (alg !== 'ES256' || typ !== expected.typ || typeof kid !== 'string' || Object.keys(header).length !== 3) {
    throw new Error(`not a ${expected.typ}`);
  }
  const key = await keys.find(kid);
  if (key?.alg !== alg) throw new Error(`the ${typ} is signed by an unknown key`);
  await compactVerify(text, key.key, { algorithms: [alg] });
  return { payload, signer: nameOf('key', kid) };
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
