import { type CryptoKey, importJWK, type JWK } from 'jose';

/** A public key of the issuer, good for one algorithm (RFC 8725 §3.1). */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: string;
  /** The JWK as text, to see whether a key that is fetched again is the same. */
  readonly text: string;
  readonly key: CryptoKey;
}

/** Algorithm → the key it needs (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2). No symmetric one is here. */
const KEY_KINDS: Record<string, string> = {
  ES256: 'EC P-256',
  ES384: 'EC P-384',
  ES512: 'EC P-521',
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  EdDSA: 'OKP Ed25519',
  Ed25519: 'OKP Ed25519',
};

export const isAsymmetric = (alg: string): boolean => Object.hasOwn(KEY_KINDS, alg);

export function fitsAlgorithm({ kty, crv }: JWK, alg: string): boolean {
  return isAsymmetric(alg) && KEY_KINDS[alg] === (kty === 'RSA' ? kty : `${kty} ${crv}`);
}

/** The keys of a JWKS document that can verify. What this verifier does not understand is passed over (RFC 7517 §5). */
export async function readKeys(text: string, known: ReadonlyMap<string, VerificationKey>) {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('the JWKS has no keys');
  const found = new Map<string, VerificationKey>();
  for (const jwk of keys) {
    const key = await readKey(jwk, known).catch(() => undefined);
    if (key && !found.has(key.kid)) found.set(key.kid, key);
  }
  if (found.size === 0) throw new Error('the JWKS has no key that can verify');
  return found;
}

async function readKey(jwk: JWK, known: ReadonlyMap<string, VerificationKey>): Promise<VerificationKey | undefined> {
  const { kid, alg, use, key_ops: operations } = jwk;
  if (typeof kid !== 'string' || typeof alg !== 'string' || !fitsAlgorithm(jwk, alg)) return undefined;
  if ((use ?? 'sig') !== 'sig' || !(operations ?? ['verify']).includes('verify') || jwk.d !== undefined)
    return undefined;
  const text = JSON.stringify(jwk);
  const same = known.get(kid);
  // The same object for the same key: signatures that were checked with it stay checked.
  if (same?.text === text) return same;
  return { kid, alg, text, key: (await importJWK(jwk, alg)) as CryptoKey };
}
