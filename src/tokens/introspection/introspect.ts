import type { CachedClient } from '../../clients/client-cache.ts';
import type { OwnToken } from '../../keys/signatures/own-tokens.ts';
import type { RevocationChecks } from '../../revocation/checks.ts';

/** RFC 7662 §2.2, its members in the provider's order. */
export interface Description {
  readonly active: boolean;
  readonly scope?: string | undefined;
}

/**
 * The answer of RFC 7662 §2.2 about one of our JWTs. The token's owner and its API's resource servers see it; for anyone
 * else it does not exist.
 */
export async function introspect(
  checks: RevocationChecks,
  caller: CachedClient | undefined,
  token: OwnToken | undefined,
): Promise<Description> {
  if (!token || !caller || !mayIntrospect(caller, token)) return { active: false };
  const { facts, claims } = token;
  if (await checks.isRevoked(facts)) return { active: false };
  const { iss, sub, aud, exp, iat, jti, scope, cnf, roles, acr, amr, auth_time } = claims;
  const described = { active: true, iss, sub, aud, client_id: facts.clientId, exp, iat, jti, scope, cnf, roles };
  const signedIn = { acr, amr, auth_time };
  return { ...described, ...signedIn, token_type: cnf?.jkt ? 'DPoP' : 'Bearer' } as Description;
}

const mayIntrospect = ({ client, introspects }: CachedClient, { facts }: OwnToken) =>
  client.id === facts.clientId || introspects.has(facts.audience);
