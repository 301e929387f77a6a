import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { MasterKey } from '../../config.ts';
import { signingKeyContext } from '../sealing/contexts.ts';
import { seal, unseal } from '../sealing/seal.ts';
import type { SigningAlg } from '../signing-algs.ts';
import type { HeldKey, Signer } from './signer.ts';

/** Signs in this process, with private keys that lie sealed in the database. */
export function createDatabaseSigner(masterKeys: readonly MasterKey[]): Signer {
  const opened = new Map<string, KeyObject>();
  const open = (key: HeldKey): KeyObject => {
    const known = opened.get(key.kid);
    if (known) return known;
    const jwk = JSON.parse(unseal(masterKeys, signingKeyContext(key.kid), key.sealedPrivateJwk ?? '')) as JWK;
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    opened.set(key.kid, privateKey);
    return privateKey;
  };
  return {
    name: 'database',
    async createKey(alg) {
      const { jwk, kid } = await generate(alg);
      const publicJwk = { ...publicPart(jwk), kid, alg, use: 'sig' };
      return { publicJwk, sealedPrivateJwk: seal(masterKeys, signingKeyContext(kid), JSON.stringify(jwk)) };
    },
    async sign(key, data) {
      return signWith(open(key), key.alg, data);
    },
    check(keys) {
      for (const key of keys) open(key);
    },
  };
}

/** A private key named by its thumbprint (RFC 7638), which never begins with a dash: on a command line that is an option. */
async function generate(alg: SigningAlg): Promise<{ jwk: JWK; kid: string }> {
  for (;;) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
    const jwk = await exportJWK(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    if (!kid.startsWith('-')) return { jwk, kid };
  }
}

/** The JOSE signature of RFC 7518 §3.3 and §3.4, or RFC 8037 §3.1. Synchronous: WebCrypto costs about three times as much. */
export function signWith(key: KeyObject, alg: SigningAlg, data: Uint8Array): Uint8Array {
  if (alg === 'ES256') return fromDer(sign('sha256', data, key));
  return sign(alg === 'EdDSA' ? null : 'sha256', data, key);
}

/**
 * `r ‖ s`, 32 bytes each, from the DER of an ECDSA signature over P-256. Asking `sign` for that form costs more than the
 * whole conversion.
 */
function fromDer(der: Buffer): Buffer {
  const out = Buffer.alloc(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const integer = der.subarray(at + 2, at + 2 + length);
    // DER integers are signed: a leading zero byte where the first bit is set, and none that are not needed.
    const digits = integer.length > 32 ? integer.subarray(integer.length - 32) : integer;
    digits.copy(out, end - digits.length);
    at += 2 + length;
  }
  return out;
}

/** The members of RFC 7518 §6 that may be published, named one by one so that a private one cannot slip through. */
export function publicPart(jwk: JWK): JWK {
  const { kty, crv, x, y, n, e } = jwk;
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as JWK;
}
