import { addrSpec } from '../../names/addresses.ts';
import type { Person } from '../storage/stored-token.ts';

/** Which claims each scope gives (OpenID Connect Core §5.4). */
export const claims: Readonly<Record<string, string[]>> = {
  openid: ['sub'],
  profile: ['name', 'updated_at'],
  email: ['email', 'email_verified'],
};

/** The claims of a person; the provider keeps those that the token's scopes allow. */
export function claimsOf(account: Person) {
  return {
    sub: account.id,
    name: account.name,
    updated_at: Math.floor(account.updated_at.getTime() / 1000),
    email: addrSpec(account.email),
    email_verified: account.email_verified_at !== null,
  };
}

/** What an ID token says of a person (OpenID Connect Core §5.4), by the scopes that were granted. */
export function idTokenClaimsOf(account: Person, scopes: readonly string[]): Record<string, unknown> {
  const named = new Set(scopes.flatMap((scope) => claims[scope] ?? []));
  return Object.fromEntries(Object.entries(claimsOf(account)).filter(([name]) => named.has(name)));
}
