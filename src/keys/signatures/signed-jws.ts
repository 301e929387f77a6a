import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import type { SigningKey } from '../signing-keys.ts';

/** What a JWS of ours says, its signature being good. */
export interface SignedJws {
  readonly key: SigningKey;
  readonly typ: unknown;
  readonly claims: Record<string, unknown>;
}

/** A JWS in compact form that one of these keys has signed; undefined for anything else (RFC 7518 §3, RFC 8037 §3.1). */
export function readSigned(jws: string, findKey: (kid: unknown) => SigningKey | undefined): SignedJws | undefined {
  const [header = '', payload = '', signature = '', ...more] = jws.split('.');
  if (more.length > 0) return undefined;
  const { alg, typ, kid } = decode(header);
  const key = findKey(kid);
  if (!key || key.alg !== alg || !isSigned(key, `${header}.${payload}`, signature)) return undefined;
  return { key, typ, claims: decode(payload) };
}

/** An object in JSON in base64url; an empty one for anything else. */
function decode(part: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString())) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** A signature in another spelling of base64url is not ours. */
function isSigned(key: SigningKey, input: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  if (bytes.toString('base64url') !== signature) return false;
  const digest = key.alg === 'EdDSA' ? null : 'sha256';
  return verify(digest, Buffer.from(input), { key: publicKeyOf(key), dsaEncoding: 'ieee-p1363' }, bytes);
}

const publicKeys = new WeakMap<SigningKey, KeyObject>();

function publicKeyOf(key: SigningKey): KeyObject {
  const known = publicKeys.get(key) ?? createPublicKey({ key: key.publicJwk as JsonWebKey, format: 'jwk' });
  publicKeys.set(key, known);
  return known;
}
