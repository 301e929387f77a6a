import type { Keyring } from './keyring.ts';
import type { SigningAlg } from './signing-keys.ts';

/** A JWS in compact form (RFC 7515 §7.1), signed by the key of this algorithm that signs now. */
export async function signCompact(
  keyring: Keyring,
  header: { alg: SigningAlg; typ: string },
  claims: object,
): Promise<string> {
  const key = keyring.active(header.alg);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg: header.alg, typ: header.typ, kid: key.kid })}.${encode(claims)}`;
  const signature = await keyring.sign(key, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
