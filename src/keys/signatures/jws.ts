import type { Keyring } from '../keyring.ts';
import type { SigningAlg } from '../signing-algs.ts';
import type { SigningKey } from '../signing-keys.ts';

/** A JWS in compact form (RFC 7515 §7.1), signed by the key of this algorithm that signs now. */
export async function signCompact(
  keyring: Keyring,
  header: { alg: SigningAlg; typ?: string },
  claims: object,
): Promise<string> {
  const key = keyring.active(header.alg);
  const input = `${encodedHeader(key, header.typ)}.${encode(claims)}`;
  const signature = await keyring.sign(key, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

const headers = new WeakMap<SigningKey, Map<string, string>>();

/** Of each kind of token and key there are many, with the same header. */
function encodedHeader(key: SigningKey, typ = ''): string {
  const ofKey = headers.get(key) ?? new Map<string, string>();
  headers.set(key, ofKey);
  const header = ofKey.get(typ) ?? encode({ alg: key.alg, ...(typ ? { typ } : {}), kid: key.kid });
  ofKey.set(typ, header);
  return header;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
