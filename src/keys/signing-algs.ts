/** JWS `alg` values that we sign with (RFC 7518 §3.1, RFC 8037 §3.1). */
export const SIGNING_ALGS = ['ES256', 'RS256', 'EdDSA'] as const;
export type SigningAlg = (typeof SIGNING_ALGS)[number];

/** Which algorithms sign now. */
export interface SigningAlgorithms {
  /** Those that always do, and others once verifiers know a key of theirs. */
  algorithms(): readonly SigningAlg[];
}
