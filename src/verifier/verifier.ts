import { createEndings, type RefuseEnded } from './epochs/endings.ts';
import { watchRevocations } from './feed/revocations.ts';
import { type Settings, settle, type VerifierOptions } from './options.ts';
import { checkBinding } from './proof/binding.ts';
import { invalidToken, Refusal, unavailable } from './refusal.ts';
import { createKeySet, type KeySet } from './remote/key-set.ts';
import { toVerificationError } from './request/challenge.ts';
import { readCredentials, schemeUsed } from './request/credentials.ts';
import type { VerificationRequest } from './request/request.ts';
import { createTokenReader } from './token/authentic-token.ts';
import { type Authentication, checkAuthentication } from './token/authentication.ts';
import type { AccessTokenClaims } from './token/claims.ts';
import { checkScopes } from './token/scopes.ts';
import { Malformed } from './token/strict-json.ts';
import { scheduleUntil } from './token/time.ts';

export interface Needed extends Authentication {
  /** All of them must be in the token. */
  readonly scopes?: readonly string[];
}

export interface Verifier {
  /**
   * Verifies a token, offline but for fetching keys and revocations now and then.
   * @param needed `request` is needed for tokens that are bound to a key or a certificate
   * @throws {VerificationError}
   */
  verify(token: string, needed?: Needed & { readonly request?: VerificationRequest }): Promise<AccessTokenClaims>;
  /** Verifies the token in the request's Authorization header. @throws {VerificationError} */
  verifyRequest(request: VerificationRequest, needed?: Needed): Promise<AccessTokenClaims>;
  /** Stops timers and connections; after that every verification fails with a 503. */
  close(): void;
}

/** A verifier for the tokens of one issuer for one API (RFC 9068 §4). Nothing is fetched before the first token comes. */
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = settle(options);
  const { binding, now, realm } = settings;
  const closing = new AbortController();
  const { signal } = closing;
  const keys = createKeySet({ ...settings, uri: settings.jwksUri, signal });
  const readToken = createTokenReader(settings, keys);
  const refuseEnded = createRefuseEnded(settings, keys, signal);
  const challenge = { realm, requireDpop: binding.requireDpop, dpopAlgorithms: binding.algorithms };

  async function check(
    token: string,
    request: VerificationRequest | undefined,
    { scopes = [], ...authentication }: Needed,
  ) {
    if (signal.aborted) throw unavailable('the verifier is closed');
    const authentic = await readToken(token, now());
    const { claims, ath } = authentic;
    await refuseEnded?.(authentic);
    await checkBinding({ claims, ath, request, now: now() }, binding);
    checkAuthentication(claims, authentication, { now: now(), tolerance: settings.toleranceSeconds });
    checkScopes(claims, scopes);
    return claims;
  }

  /** Checks throw refusals; callers get what they can answer with. Anything else is a mistake, and stays what it is. */
  async function answer<T>(request: VerificationRequest | undefined, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const refusal = error instanceof Malformed ? invalidToken(`the token is malformed: ${error.message}`) : error;
      if (!(refusal instanceof Refusal)) throw error;
      throw toVerificationError(refusal, { ...challenge, scheme: request && schemeUsed(request) });
    }
  }

  return {
    verify: (token, { request, ...needed } = {}) => answer(request, () => check(token, request, needed)),
    verifyRequest: (request, needed = {}) =>
      answer(request, async () => check(readCredentials(request).token, request, needed)),
    close: () => closing.abort(),
  };
}

function createRefuseEnded(settings: Settings, keys: KeySet, signal: AbortSignal): RefuseEnded | undefined {
  const { revocations: mode, revocationsUri, epochsUri, pollSeconds } = settings;
  if (mode === 'off') return undefined;
  const schedule = scheduleUntil(signal, settings.schedule);
  const shared = { ...settings, mode, keys, signal, schedule, pollSeconds: () => pollSeconds };
  const revocations = watchRevocations({ ...shared, uri: revocationsUri });
  return createEndings({ ...shared, uri: epochsUri, revocations });
}
