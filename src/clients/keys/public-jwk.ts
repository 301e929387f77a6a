import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isStorable } from '../../json.ts';
import { t } from '../../texts/texts.ts';
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
  if (jwk.kty === 'oct') return t('keys.shared');
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) {
    return t('keys.private');
  }
  const kind = typeof jwk.kty === 'string' && Object.hasOwn(KINDS, jwk.kty) ? KINDS[jwk.kty] : undefined;
  if (!kind) return t('keys.kind');
  if (jwk.crv !== kind.crv) return kind.crv ? t('keys.curve', { curve: kind.crv }) : t('keys.noCurve');
  return (
    problemOfPurpose(jwk, kind.algs) ??
    problemOfName(jwk) ??
    problemOfOthers(jwk) ??
    problemOfNumbers(jwk, kind.numbers)
  );
}

/** RFC 7517 §4.2 to §4.4. */
function problemOfPurpose({ use, key_ops: operations, alg }: Jwk, algs: readonly string[]): string | undefined {
  if (use !== undefined && use !== 'sig') return t('keys.use');
  if (
    operations !== undefined &&
    !(Array.isArray(operations) && operations.length === 1 && operations[0] === 'verify')
  ) {
    return t('keys.operations');
  }
  if (alg !== undefined && !algs.some((known) => known === alg)) {
    return t('keys.alg', { algs: algs.join(', ') });
  }
  return undefined;
}

function problemOfName({ kid }: Jwk): string | undefined {
  if (kid === undefined) return undefined;
  const isName = typeof kid === 'string' && kid.length > 0 && kid.length <= LONGEST_KID && isStorable(kid);
  return isName ? undefined : t('keys.kid', { most: LONGEST_KID });
}

/** Whatever else a key carries (RFC 7517 §4: what is not understood is ignored) is flat: it is stored and shown. */
function problemOfOthers({ x5c, ...jwk }: Jwk): string | undefined {
  const isText = (value: unknown) => typeof value === 'string' && value.length > 0 && isStorable(value);
  if (x5c !== undefined && !(Array.isArray(x5c) && x5c.length <= MOST_CERTIFICATES && x5c.every(isText))) {
    return t('keys.x5c', { most: MOST_CERTIFICATES });
  }
  const isFlat = (value: unknown) =>
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value) && value.every((one) => typeof one !== 'object'));
  // WebCrypto refuses to import anything else.
  if (jwk.ext !== undefined && typeof jwk.ext !== 'boolean') return t('keys.ext');
  const nested = Object.entries(jwk).find(([, value]) => !isFlat(value));
  return nested ? t('keys.member', { name: nested[0].slice(0, 40) }) : undefined;
}

function problemOfNumbers(jwk: Jwk, names: readonly string[]): string | undefined {
  const wrong = names.find((name) => !isBase64url(jwk[name]));
  if (wrong) return t('keys.number', { name: wrong });
  const key = imported(jwk);
  if (!key) return jwk.kty === 'RSA' ? t('keys.noRsa') : t('keys.noPoint', { curve: String(jwk.crv) });
  if (jwk.kty === 'RSA') return problemOfRsa(key, bytesOf(jwk.n));
  if (jwk.kty === 'OKP' && !isEd25519Point(bytesOf(jwk.x))) return t('keys.weakPoint');
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
  if (modulusLength < SMALLEST_RSA) return t('keys.rsaSmall', { bits: SMALLEST_RSA });
  if (modulusLength > LARGEST_RSA) return t('keys.rsaLarge', { bits: LARGEST_RSA });
  if ((modulus.at(-1) ?? 0) % 2 === 0) return t('keys.rsaEven');
  if (publicExponent % 2n === 0n || publicExponent < EXPONENTS.least || publicExponent > EXPONENTS.most) {
    return t('keys.rsaExponent');
  }
  return undefined;
}
