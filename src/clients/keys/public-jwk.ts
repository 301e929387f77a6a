import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isStorable } from '../../json.ts';
import { isEd25519Point } from './ed25519-point.ts';

/** Members of a JWK that only its owner may have (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 9964 for `priv`). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

export type Jwk = Readonly<Record<string, unknown>>;

/** The algorithms that client assertions may be signed with, by the kind of key that makes such a signature. */
const KINDS: Record<string, { algs: readonly string[]; crv?: string; numbers: readonly string[] }> = {
  EC: { algs: ['ES256'], crv: 'P-256', numbers: ['x', 'y'] },
  OKP: { algs: ['EdDSA', 'Ed25519'], crv: 'Ed25519', numbers: ['x'] },
  RSA: { algs: ['RS256', 'PS256'], numbers: ['n', 'e'] },
};

const SMALLEST_RSA = 2048;
const LARGEST_RSA = 8192;
/** FIPS 186-5 §5.1 has the lower bound; beyond the upper one a check of a signature is slow, and several libraries refuse. */
const EXPONENTS = { least: 65_537n, most: 2n ** 32n };
const LONGEST_KID = 200;
const MOST_CERTIFICATES = 10;

/**
 * What keeps a key from being used to check the signatures of an app (private_key_jwt), as the end of a sentence; undefined
 * when nothing does. The key is imported: what is no point of its curve, or no number, is found here and not when it is used.
 */
export function problemOfKey(jwk: Jwk): string | undefined {
  if (jwk.kty === 'oct') return 'is a shared secret; only public keys are kept here';
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) {
    return 'holds its private part; keep that to the app, and give the public part here';
  }
  const kind = typeof jwk.kty === 'string' && Object.hasOwn(KINDS, jwk.kty) ? KINDS[jwk.kty] : undefined;
  if (!kind) return 'is of a kind that is not taken here; use EC, OKP or RSA';
  if (jwk.crv !== kind.crv) return `is on a curve that is not taken here; use ${kind.crv ?? 'none'}`;
  return (
    problemOfPurpose(jwk, kind.algs) ??
    problemOfName(jwk) ??
    problemOfOthers(jwk) ??
    problemOfNumbers(jwk, kind.numbers)
  );
}

/** RFC 7517 §4.2 to §4.4. */
function problemOfPurpose({ use, key_ops: operations, alg }: Jwk, algs: readonly string[]): string | undefined {
  if (use !== undefined && use !== 'sig') return 'is not for signatures; its “use” must be “sig”';
  if (
    operations !== undefined &&
    !(Array.isArray(operations) && operations.length === 1 && operations[0] === 'verify')
  ) {
    return 'is not for checking signatures; its “key_ops” must be ["verify"]';
  }
  if (alg !== undefined && !algs.some((known) => known === alg)) {
    return `is for an algorithm that is not taken here; use ${algs.join(' or ')}`;
  }
  return undefined;
}

function problemOfName({ kid }: Jwk): string | undefined {
  if (kid === undefined) return undefined;
  const isName = typeof kid === 'string' && kid.length > 0 && kid.length <= LONGEST_KID && isStorable(kid);
  return isName ? undefined : `has a “kid” that is not text of 1 to ${LONGEST_KID} characters`;
}

/** Whatever else a key carries (RFC 7517 §4: what is not understood is ignored) is flat: it is stored and shown. */
function problemOfOthers({ x5c, ...jwk }: Jwk): string | undefined {
  const isText = (value: unknown) => typeof value === 'string' && value.length > 0 && isStorable(value);
  if (x5c !== undefined && !(Array.isArray(x5c) && x5c.length <= MOST_CERTIFICATES && x5c.every(isText))) {
    return `has an “x5c” that is not a list of at most ${MOST_CERTIFICATES} certificates`;
  }
  const isFlat = (value: unknown) =>
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value) && value.every((one) => typeof one !== 'object'));
  // WebCrypto refuses to import anything else.
  if (jwk.ext !== undefined && typeof jwk.ext !== 'boolean') return 'has an “ext” that is neither true nor false';
  const nested = Object.entries(jwk).find(([, value]) => !isFlat(value));
  return nested ? `has a member “${nested[0].slice(0, 40)}” that no key has` : undefined;
}

function problemOfNumbers(jwk: Jwk, names: readonly string[]): string | undefined {
  const wrong = names.find((name) => !isBase64url(jwk[name]));
  if (wrong) return `has no “${wrong}” that is a number in base64url`;
  const key = imported(jwk);
  if (!key) return jwk.kty === 'RSA' ? 'is no RSA key' : `is not a point of the curve ${jwk.crv}`;
  if (jwk.kty === 'RSA') return problemOfRsa(key, bytesOf(jwk.n));
  if (jwk.kty === 'OKP' && !isEd25519Point(bytesOf(jwk.x)))
    return 'is not a point of the curve that signatures can be checked with';
  return undefined;
}

const bytesOf = (value: unknown) => Buffer.from(String(value), 'base64url');

/** RFC 7515 §2: without padding, in the one spelling that its bytes have. */
const isBase64url = (value: unknown) =>
  typeof value === 'string' && value !== '' && bytesOf(value).toString('base64url') === value;

/**
 * Whether a key can be read at all, good or not: what was stored before keys were looked at goes on as long as it does. One
 * that cannot be read would keep the provider from reading those beside it.
 */
export function isReadable(jwk: Jwk): boolean {
  const isText = (value: unknown) => value === undefined || typeof value === 'string';
  return [jwk.kid, jwk.use, jwk.alg].every(isText) && imported(jwk) !== undefined;
}

function imported({ kty, crv, x, y, n, e }: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, crv, x, y, n, e } as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function problemOfRsa(key: KeyObject, modulus: Buffer): string | undefined {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < SMALLEST_RSA) return `is an RSA key of fewer than ${SMALLEST_RSA} bits`;
  if (modulusLength > LARGEST_RSA) return `is an RSA key of more than ${LARGEST_RSA} bits`;
  if ((modulus.at(-1) ?? 0) % 2 === 0) return 'is an RSA key whose modulus is even';
  if (publicExponent % 2n === 0n || publicExponent < EXPONENTS.least || publicExponent > EXPONENTS.most) {
    return 'is an RSA key with an exponent that is not taken here; use 65537 (AQAB)';
  }
  return undefined;
}
