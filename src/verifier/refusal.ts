export type VerificationErrorCode =
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'invalid_request'
  | 'unavailable';

/** What the challenge says beyond the code. */
export interface ChallengeDetail {
  /** The scheme to come back with, where the request or the token decides it. */
  readonly scheme?: 'Bearer' | 'DPoP';
  /** The `error` of the challenge; null for none, undefined for the code. */
  readonly error?: 'invalid_dpop_proof' | null;
  /** The scopes that would do (RFC 6750 §3). */
  readonly scope?: string;
  /** How somebody would have to sign in (RFC 9470 §3). */
  readonly acrValues?: string;
  /** seconds */
  readonly maxAge?: number;
}

/** Why a check failed. It becomes a VerificationError in one place, which knows the challenge to answer with. */
export class Refusal extends Error {
  readonly code: VerificationErrorCode;
  readonly detail: ChallengeDetail;

  constructor(code: VerificationErrorCode, message: string, detail: ChallengeDetail = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

export const invalidToken = (message: string, detail?: ChallengeDetail) =>
  new Refusal('invalid_token', message, detail);
export const unavailable = (message: string) => new Refusal('unavailable', message);

/** A proof that is missing, wrong or used (RFC 9449 §4.3, §12.2). */
export const invalidProof = (message: string) =>
  new Refusal('invalid_token', message, { scheme: 'DPoP', error: 'invalid_dpop_proof' });

/** RFC 6750 §3.1: without credentials the answer has no error code. */
export const noCredentials = () => new Refusal('invalid_token', 'an access token is needed', { error: null });
