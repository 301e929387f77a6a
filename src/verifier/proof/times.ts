/** The times in a DPoP proof, as they came. */
export interface ProofTimes {
  readonly iat?: unknown;
  readonly exp?: unknown;
  readonly nbf?: unknown;
}

/**
 * What is wrong with the times of a DPoP proof; undefined when they are good. One rule for every place that takes proofs:
 * made within the window around now (RFC 9449 §11.1), and neither expired nor early where the proof says so (RFC 7519
 * §4.1.4, §4.1.5). `exp` and `nbf` get no tolerance: the client that writes them into a proof of its own means them.
 * @param at `now` in Unix seconds, `windowSeconds` both ways, because a client's clock may be behind or ahead
 */
export function faultOfTimes(
  { iat, exp, nbf }: ProofTimes,
  at: { readonly now: number; readonly windowSeconds: number },
): string | undefined {
  const now = Math.floor(at.now);
  if (!isDate(iat)) return 'the DPoP proof has no time (iat)';
  if (Math.abs(now - iat) > at.windowSeconds) return 'the DPoP proof is too old, or from the future (iat)';
  if (exp !== undefined && !(isDate(exp) && exp > now)) return 'the DPoP proof has expired (exp)';
  if (nbf !== undefined && !(isDate(nbf) && nbf <= now)) return 'the DPoP proof is not valid yet (nbf)';
  return undefined;
}

/** NumericDate of RFC 7519 §2, which may have a fraction. */
const isDate = (value: unknown): value is number => Number.isFinite(value);
