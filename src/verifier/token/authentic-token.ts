import { createHash } from 'node:crypto';
import { compactVerify } from 'jose';
import { epochsOf, type RevocationNames, revocationNamesOf, type TokenEpoch } from '../feed/revoked.ts';
import { invalidToken } from '../refusal.ts';
import type { KeySet } from '../remote/key-set.ts';
import { type AccessTokenClaims, audienceOf, checkClaims, checkTimes } from './claims.ts';
import { parseCompactJws } from './compact-jws.ts';
import { checkTokenHeader } from './header.ts';
import { Malformed } from './strict-json.ts';
import type { VerificationKey } from './verification-key.ts';

/** A token that the issuer signed, for this API. Whether it is current is another question. */
export interface AuthenticToken {
  readonly claims: AccessTokenClaims;
  readonly names: RevocationNames;
  readonly epochs: readonly TokenEpoch[];
  readonly key: VerificationKey;
  /** base64url(SHA-256(token)): what a DPoP proof names it by (RFC 9449 §4.2). */
  readonly ath: string;
}

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly toleranceSeconds: number;
}

/** Characters. An authorization server that issues longer ones issues what this does not take. */
export const LONGEST_TOKEN = 16_384;

const LIMITS = { bytes: LONGEST_TOKEN, depth: 16 };
const REMEMBERED = 5000;

/**
 * A token comes back many times in its five minutes, so what was found out about it is kept, under its hash: memory then
 * holds nothing usable. Only tokens with a good signature are kept, so forged ones push nothing out.
 */
export function createTokenReader(settings: TokenSettings, keys: KeySet) {
  const remembered = new Map<string, AuthenticToken>();

  async function read(token: string, ath: string, now: number): Promise<AuthenticToken> {
    const { header, payload } = parseCompactJws(token, LIMITS);
    const { alg, kid } = checkTokenHeader(header, settings.algorithms);
    const claims = checkClaims(payload, settings);
    const audience = audienceOf(claims, settings.audience);
    checkTimes(claims, now, settings.toleranceSeconds);
    const key = await keys.find(kid);
    if (audience !== settings.audience && !keys.takesEitherForm()) {
      throw invalidToken(`the token is for ${audience}, which differs from this API by the slash at its end`);
    }
    if (!key) throw invalidToken('the token is signed by an unknown key');
    if (key.alg !== alg) throw invalidToken('the token algorithm is not that of its key');
    await checkSignature(token, key);
    const names = revocationNamesOf(claims, kid, audience);
    return { claims: freeze(claims), names, epochs: epochsOf(claims, kid, audience), key, ath };
  }

  return async (token: string, now: number): Promise<AuthenticToken> => {
    if (typeof token !== 'string' || token.length > LIMITS.bytes) throw new Malformed('not a token');
    const ath = createHash('sha256').update(token).digest('base64url');
    const known = remembered.get(ath);
    // The same key, not just one of that name: the tokens of a withdrawn key go with it.
    if (known && (await keys.find(known.key.kid)) === known.key) {
      checkTimes(known.claims, now, settings.toleranceSeconds);
      return known;
    }
    const authentic = await read(token, ath, now);
    makeRoom(remembered);
    remembered.set(ath, authentic);
    return authentic;
  };
}

function makeRoom(remembered: Map<string, AuthenticToken>): void {
  const oldest = remembered.size < REMEMBERED ? undefined : remembered.keys().next().value;
  if (oldest !== undefined) remembered.delete(oldest);
}

async function checkSignature(token: string, { key, alg }: VerificationKey): Promise<void> {
  try {
    await compactVerify(token, key, { algorithms: [alg] });
  } catch {
    throw invalidToken('the signature of the token is wrong');
  }
}

/** All the way down: the claims are shared by every request that comes with the token. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
