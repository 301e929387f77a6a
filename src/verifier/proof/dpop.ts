import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';
import { invalidProof, invalidToken } from '../refusal.ts';
import { headersOf, type VerificationRequest } from '../request/request.ts';
import { normalizeTarget, targetsOf } from '../request/target.ts';
import { type CompactJws, parseCompactJws } from '../token/compact-jws.ts';
import type { JsonObject } from '../token/strict-json.ts';
import { fitsAlgorithm } from '../token/verification-key.ts';
import type { ReplayStore } from './replay-store.ts';
import { faultOfTimes } from './times.ts';

export interface DpopSettings {
  readonly algorithms: readonly string[];
  /** How far from now a proof may have been made. */
  readonly windowSeconds: number;
  /** Empty: what the framework says is taken. */
  readonly origins: readonly string[];
  readonly replayStore: ReplayStore;
}

/** What the proof must be a proof of. */
export interface ProofTarget {
  readonly request: VerificationRequest;
  /** base64url(SHA-256(access token)), RFC 9449 §4.2. */
  readonly ath: string;
  /** The thumbprint that the token is bound to. */
  readonly jkt: unknown;
  /** Unix seconds. */
  readonly now: number;
}

const LIMITS = { bytes: 8192, depth: 4 };
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const REFUSED_HEADERS = ['crit', 'jku', 'x5u', 'x5c', 'b64', 'zip', 'enc'];

/** The twelve checks of RFC 9449 §4.3, the cheap ones first, the one that remembers last. */
export async function checkProof(target: ProofTarget, settings: DpopSettings): Promise<void> {
  const text = singleProof(target.request);
  const { header, payload } = parseProof(text);
  const { alg, jwk } = checkProofHeader(header, settings.algorithms);
  checkProofClaims(payload, target, settings);
  // Before the signature, so that nobody makes us compute with a key of their choice.
  if ((await thumbprintOf(jwk)) !== target.jkt) {
    throw invalidToken('the token is bound to another key', { scheme: 'DPoP' });
  }
  await checkProofSignature(text, jwk, alg);
  await checkUnused(payload, target, settings);
}

/** §4.3, checks 1 and 2: joined by a comma when sent twice, which no JWS contains. */
function singleProof(request: VerificationRequest): string {
  const [proof, ...more] = headersOf(request, 'dpop');
  if (!proof) throw invalidProof('a DPoP proof is needed');
  if (more.length > 0 || proof.includes(',')) throw invalidProof('there must be one DPoP proof');
  return proof;
}

function parseProof(text: string): CompactJws {
  try {
    return parseCompactJws(text, LIMITS);
  } catch {
    throw invalidProof('the DPoP proof is malformed');
  }
}

function checkProofHeader(header: JsonObject, algorithms: readonly string[]): { alg: string; jwk: JWK } {
  const { typ, alg, jwk } = header;
  const refused = REFUSED_HEADERS.find((name) => Object.hasOwn(header, name));
  if (refused) throw invalidProof(`the DPoP proof must not have ${refused}`);
  if (typ !== 'dpop+jwt') throw invalidProof('the DPoP proof has another type');
  if (typeof alg !== 'string' || !algorithms.includes(alg)) throw invalidProof('the DPoP algorithm is not accepted');
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) throw invalidProof('the DPoP proof has no key');
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) throw invalidProof('the DPoP key is not a public one');
  if (!fitsAlgorithm(jwk as JWK, alg)) throw invalidProof('the DPoP key does not fit its algorithm');
  return { alg, jwk: jwk as JWK };
}

function checkProofClaims(payload: JsonObject, { request, ath, now }: ProofTarget, settings: DpopSettings): void {
  const { jti, htm, htu } = payload;
  if (typeof jti !== 'string' || jti === '') throw invalidProof('the DPoP proof has no jti');
  if (htm !== request.method) throw invalidProof('the DPoP proof is for another method');
  if (
    typeof htu !== 'string' ||
    !targetsOf(request.url, settings.origins).some((target) => isSameTarget(htu, target))
  ) {
    throw invalidProof('the DPoP proof is for another URL');
  }
  if (payload.ath !== ath) throw invalidProof('the DPoP proof is for another token');
  const fault = faultOfTimes(payload, { now, windowSeconds: settings.windowSeconds });
  if (fault) throw invalidProof(fault);
}

/** @throws {TypeError} when the request's own URL is a path: a mistake in the API, not in the request */
function isSameTarget(htu: string, actual: string): boolean {
  if (actual.startsWith('/')) throw new TypeError('DPoP needs the whole URL of the request, or the option dpop.origin');
  const expected = normalizeTarget(actual);
  return expected !== undefined && normalizeTarget(htu) === expected;
}

async function thumbprintOf(jwk: JWK): Promise<string> {
  try {
    return await calculateJwkThumbprint(jwk, 'sha256');
  } catch {
    throw invalidProof('the DPoP key is malformed');
  }
}

async function checkProofSignature(text: string, jwk: JWK, alg: string): Promise<void> {
  try {
    await compactVerify(text, await importJWK(jwk, alg), { algorithms: [alg] });
  } catch {
    throw invalidProof('the signature of the DPoP proof is wrong');
  }
}

/** §11.1. The key and a hash of the jti, so that one client cannot use up another's, nor fill memory with long ones. */
async function checkUnused({ jti, iat }: JsonObject, { jkt }: ProofTarget, settings: DpopSettings): Promise<void> {
  const hash = createHash('sha256').update(String(jti)).digest('base64url');
  const expiresAt = Math.ceil(Number(iat)) + settings.windowSeconds + 1;
  const isNew = await settings.replayStore.remember(`${jkt}.${hash}`, expiresAt);
  if (!isNew) throw invalidProof('the DPoP proof was used before');
}
