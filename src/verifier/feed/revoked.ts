import { createHash } from 'node:crypto';
import type { AccessTokenClaims } from '../token/claims.ts';

/** What a token is listed under when it, or something that it hangs on, is revoked. */
export interface RevocationNames {
  readonly key: string;
  readonly others: readonly string[];
}

export function revocationNamesOf(claims: AccessTokenClaims, kid: string, audience: string): RevocationNames {
  return {
    key: nameOf('key', kid),
    others: [
      nameOf('token', claims.jti),
      nameOf('client', claims.client_id),
      nameOf('account', claims.sub),
      nameOf('subscription', `${claims.client_id} ${audience}`),
      nameOf('roles', `${claims.sub} ${audience}`),
      nameOf('api', audience),
      ...(claims.grant_id ? [nameOf('grant', claims.grant_id)] : []),
    ],
  };
}

/** The claim `ep` by position, behind the incarnation. What a later server adds is behind these. */
const POSITIONS = [
  'client',
  'account',
  'consent',
  'subscription',
  'api',
  'roles',
  'api-roles',
  'client-tokens',
] as const;

/** What a token says about one of the things that it hangs on. */
export interface TokenEpoch {
  readonly name: string;
  readonly epoch: number;
}

/** The epochs of everything that a token hangs on, as it says itself: 0 where it says nothing. */
export function epochsOf(claims: AccessTokenClaims, kid: string, audience: string): readonly TokenEpoch[] {
  const { sub, client_id: client, grant_id: grant, ep = [] } = claims;
  const values = {
    client,
    account: sub,
    consent: `${sub} ${client}`,
    subscription: `${client} ${audience}`,
    api: audience,
    roles: `${sub} ${audience}`,
    'api-roles': audience,
    'client-tokens': client,
  };
  const positioned = POSITIONS.map((kind, at) => ({ name: nameOf(kind, values[kind]), epoch: ep[at + 1] ?? 0 }));
  const unnumbered = [nameOf('token', claims.jti), nameOf('key', kid), ...(grant ? [nameOf('grant', grant)] : [])];
  return [...positioned, ...unnumbered.map((name) => ({ name, epoch: 0 }))];
}

/** The feed is public, so it names things by half of a hash: enough to be unique, and nothing to read. */
export function nameOf(kind: string, value: string): string {
  return createHash('sha256').update(`${kind}:${value}`).digest().subarray(0, 16).toString('base64url');
}

/** Name → Unix seconds: what was issued until then is revoked. */
export type Revoked = ReadonlyMap<string, number>;

export function isRevoked(revoked: Revoked, names: RevocationNames, issuedAt: number): boolean {
  if (revoked.size === 0) return false;
  // Whatever its `iat`: a thief of a signing key writes any time.
  if (revoked.has(names.key)) return true;
  return names.others.some((name) => issuedAt <= (revoked.get(name) ?? -1));
}
