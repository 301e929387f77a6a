/**
 * Least privilege, in one place: which scopes of one API a token may carry.
 *
 * `requested` undefined means that the request named no scope; it then gets all that is allowed (RFC 6749 §3.3 leaves
 * the default to the server). Every other argument only ever narrows.
 */
export interface ScopeRequest {
  /** Scopes that the API has today. */
  readonly offered: readonly string[];
  /** Of these, the ones that a person needs a role for. */
  readonly needsRole: readonly string[];
  /** Scopes of that API that the app's subscription allows; empty without one. */
  readonly subscribed: readonly string[];
  readonly requested: readonly string[] | undefined;
  /**
   * On whose behalf: scopes that the roles of a person give, all together; `app` when it acts for itself, which no role of
   * anybody widens or narrows.
   */
  readonly roles: readonly string[] | 'app';
}

export interface ScopeDecision {
  readonly granted: readonly string[];
  /** Requested, but not allowed. */
  readonly refused: readonly string[];
  /** Whatever was requested: what the app may have of the API, and this person's roles do not allow. */
  readonly withheld: readonly string[];
}

export function decideScopes({ offered, needsRole, subscribed, requested, roles }: ScopeRequest): ScopeDecision {
  const lacking = roles === 'app' ? new Set<string>() : new Set(needsRole).difference(new Set(roles));
  const forApp = new Set(subscribed).intersection(new Set(offered));
  const allowed = forApp.difference(lacking);
  const withheld = offered.filter((scope) => forApp.has(scope) && lacking.has(scope));
  if (requested === undefined) return { granted: offered.filter((scope) => allowed.has(scope)), refused: [], withheld };
  const asked = [...new Set(requested)];
  return {
    granted: asked.filter((scope) => allowed.has(scope)),
    refused: asked.filter((scope) => !allowed.has(scope)),
    withheld,
  };
}
