import type { Refusal, VerificationErrorCode } from '../refusal.ts';

export interface ChallengeSettings {
  readonly realm: string;
  readonly requireDpop: boolean;
  readonly dpopAlgorithms: readonly string[];
  /** What the request came with. */
  readonly scheme: 'Bearer' | 'DPoP' | undefined;
}

const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  insufficient_user_authentication: 401,
  insufficient_scope: 403,
  unavailable: 503,
} as const;

/** A request that must not be served. `wwwAuthenticate` is the header to answer with, undefined for a 503. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  readonly code: VerificationErrorCode;
  readonly status: 400 | 401 | 403 | 503;
  readonly wwwAuthenticate: string | undefined;

  constructor(code: VerificationErrorCode, message: string, wwwAuthenticate?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = STATUS[code];
    this.wwwAuthenticate = wwwAuthenticate;
  }
}

export function toVerificationError(refusal: Refusal, settings: ChallengeSettings): VerificationError {
  const challenge = refusal.code === 'unavailable' ? undefined : challengeOf(refusal, settings);
  return new VerificationError(refusal.code, refusal.message, challenge, { cause: refusal.cause });
}

/**
 * The `WWW-Authenticate` of RFC 6750 §3, or RFC 9449 §7.1 for DPoP; RFC 9470 §3 where somebody has to sign in anew. The realm is always there, because a scheme must be
 * followed by at least one parameter.
 */
function challengeOf({ code, message, detail }: Refusal, settings: ChallengeSettings): string {
  const scheme = settings.requireDpop ? 'DPoP' : (detail.scheme ?? settings.scheme ?? 'Bearer');
  const error = detail.error === undefined ? code : detail.error;
  const parameters: [string, string | undefined][] = [
    ['realm', settings.realm],
    ['error', error ?? undefined],
    ['error_description', error === null ? undefined : message],
    ['scope', detail.scope],
    ['acr_values', detail.acrValues],
    ['max_age', detail.maxAge === undefined ? undefined : String(detail.maxAge)],
    ['algs', scheme === 'DPoP' ? settings.dpopAlgorithms.join(' ') : undefined],
  ];
  const given = parameters.flatMap(([name, value]) => (value === undefined ? [] : `${name}="${toQuotable(value)}"`));
  return `${scheme} ${given.join(', ')}`;
}

/** The characters that RFC 6750 §3 allows between the quotes; anything else could end the value or the header. */
function toQuotable(value: string): string {
  return value.replaceAll(/[^\x20-\x7e]|["\\]/g, '_');
}
