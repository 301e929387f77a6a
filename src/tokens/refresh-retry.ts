/** What a refresh asked for, as far as its answer depends on it. */
export interface RefreshTerms {
  /** Thumbprint of the key of its DPoP proof (RFC 9449 §6.1); null without one. */
  readonly jkt: string | null;
  /** The scopes that it named, sorted; null when it named none. */
  readonly scope: string | null;
  /** The API that its access token is for: named, or else the only one of the refresh token. */
  readonly resource: string | null;
}

export const termsOf = (asked: {
  readonly jkt?: string | undefined;
  readonly scope?: string | undefined;
  readonly resource?: unknown;
  /** What the refresh token is good for. */
  readonly granted: string | string[] | undefined;
}): RefreshTerms => {
  const resource = asked.resource ?? asked.granted;
  return {
    jkt: asked.jkt ?? null,
    scope: asked.scope === undefined ? null : [...new Set(asked.scope.split(' '))].sort().join(' '),
    resource: typeof resource === 'string' ? resource : null,
  };
};

/**
 * Judges a refresh token that comes back within the app's `refresh_retry_seconds`. No verdict ends the family, because two
 * tabs, two workers and a lost answer look the same.
 *
 * - `same answer`: the response of the refresh, letter by letter.
 * - `same successor`: an access token for what is asked now, with the successor of the refresh.
 * - `other key`, `successor used`: invalid_grant.
 */
export type RetryVerdict = 'same answer' | 'same successor' | 'other key' | 'successor used';

/** @param first the terms of the refresh; undefined for one that an earlier version of this server kept */
export function judgeRetry(
  first: RefreshTerms | undefined,
  again: RefreshTerms,
  { successorUsed }: { readonly successorUsed: boolean },
): RetryVerdict {
  if (first && first.jkt !== again.jkt) return 'other key';
  if (successorUsed) return 'successor used';
  const isSame = !first || (first.scope === again.scope && first.resource === again.resource);
  return isSame ? 'same answer' : 'same successor';
}
