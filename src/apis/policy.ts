/**
 * Least privilege, in one place: which scopes of one API a token may carry.
 *
 * `requested` undefined means that the request named no scope; it then gets all that is allowed (RFC 6749 §3.3 leaves
 * the default to the server). Every other argument only ever narrows.
 */
export interface ScopeRequest {
  /** Scopes that the API has today. */
  readonly offered: readonly string[];
  /** Scopes of that API that the app's subscription allows; empty without one. */
  readonly subscribed: readonly string[];
  readonly requested: readonly string[] | undefined;
}

export interface ScopeDecision {
  readonly granted: readonly string[];
  /** Requested, but not allowed. */
  readonly refused: readonly string[];
}

export function decideScopes({ offered, subscribed, requested }: ScopeRequest): ScopeDecision {
  const allowed = new Set(subscribed).intersection(new Set(offered));
  if (requested === undefined) return { granted: offered.filter((scope) => allowed.has(scope)), refused: [] };
  const asked = [...new Set(requested)];
  return {
    granted: asked.filter((scope) => allowed.has(scope)),
    refused: asked.filter((scope) => !allowed.has(scope)),
  };
}
