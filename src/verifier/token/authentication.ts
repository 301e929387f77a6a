import { Refusal } from '../refusal.ts';
import type { AccessTokenClaims } from './claims.ts';
import { reaches } from './levels.ts';

/** How somebody must have signed in (RFC 9470 §3). */
export interface Authentication {
  /** One of these levels, or a higher one. */
  readonly acrValues?: readonly string[];
  /** How many seconds ago it may have been, at most. */
  readonly maxAge?: number;
}

/**
 * The challenge names all that is needed, so that one sign-in is enough. @param now in seconds, @param tolerance for clocks that differ
 * @throws {Refusal} insufficient_user_authentication
 */
export function checkAuthentication(
  { acr, auth_time: authTime }: AccessTokenClaims,
  { acrValues = [], maxAge }: Authentication,
  { now, tolerance }: { now: number; tolerance: number },
): void {
  const isSure = acrValues.length === 0 || acrValues.some((wanted) => reaches(acr, wanted));
  // A token of an app itself has no time at which anybody signed in.
  const isRecent = maxAge === undefined || (typeof authTime === 'number' && now - authTime <= maxAge + tolerance);
  if (isSure && isRecent) return;
  const what = isSure ? 'more recent authentication is required' : 'a higher level of authentication is required';
  throw new Refusal('insufficient_user_authentication', what, {
    ...(acrValues.length > 0 ? { acrValues: acrValues.join(' ') } : {}),
    ...(maxAge === undefined ? {} : { maxAge }),
  });
}
