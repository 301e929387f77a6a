import type { Grant, Provider } from 'oidc-provider';
import { CLAIM_SETS, CLAIMS_OF_SCOPES } from '../../clients/claims/names.ts';
import { claims } from '../../tokens/issue/claims.ts';

/** The scopes that give these claims: by them people are asked, and their answer is remembered. */
export const scopesOfClaims = (names: ReadonlySet<string>): string[] =>
  CLAIM_SETS.filter((scope) => CLAIMS_OF_SCOPES[scope].some((claim) => names.has(claim)));

/**
 * People are asked for scopes, and a scope that they agreed to gives its claims also where the parameter `claims` names
 * them (OpenID Connect Core §5.5). So grants and consents stay as they are.
 */
export function grantClaimsByScope({ Grant: model }: Provider): void {
  const { getOIDCClaims } = model.prototype;
  model.prototype.getOIDCClaims = function all(this: Grant): string[] {
    // Also called for what was rejected, which is no grant but looks like one.
    const { openid } = this as { openid?: { scope?: string } };
    const scopes = openid?.scope?.split(' ') ?? [];
    return [...getOIDCClaims.call(this), ...scopes.flatMap((scope) => claims[scope] ?? [])];
  };
}
