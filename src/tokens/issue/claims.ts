import { preferencesOf } from '../../accounts/preferences.ts';
import { CLAIMS_OF_SCOPES, namedClaims } from '../../clients/claims/names.ts';
import type { TokenClient } from '../../clients/token-clients.ts';
import type { Db } from '../../db/connections/connection.ts';
import { addrSpec } from '../../names/addresses.ts';
import { findGroupNames } from '../../roles/group-names.ts';
import type { ArtifactPayload } from '../storage/artifacts.ts';
import type { Person } from '../storage/stored-token.ts';
import { needGroups, ownClaimsOf, sayOwnClaims } from './own-claims.ts';

/** Which claims each scope gives (OpenID Connect Core §5.4), as oidc-provider takes it. */
export const claims: Readonly<Record<string, string[]>> = {
  ...Object.fromEntries(Object.entries(CLAIMS_OF_SCOPES).map(([scope, names]) => [scope, [...names]])),
  // Only an ID token says how somebody signed in: UserInfo is asked at any time.
  openid: ['sub', 'acr', 'amr', 'auth_time'],
};

/** Where an answer with claims goes. What is in a token travels in headers and cookies; UserInfo does not. */
export type Destination = 'id_token' | 'userinfo';

/** How many groups there are at most, and how many bytes of JSON they have (docs/claims.md). */
export const MOST_GROUPS: Readonly<Record<Destination, { readonly names: number; readonly bytes: number }>> = {
  id_token: { names: 100, bytes: 2000 },
  userinfo: { names: 1000, bytes: 64_000 },
};

/** The groups of a person, or the mark that they are too many: part of them would be taken for all. */
export type GroupClaims = { readonly groups: readonly string[] } | { readonly groups_overage: true };

/** The names of a person's groups, as far as an answer may have them: one more says that there are too many. */
export const findGroups = (db: Db, accountId: string) => findGroupNames(db, accountId, MOST_GROUPS.userinfo.names + 1);

export function groupClaims(groups: readonly string[], to: Destination): GroupClaims {
  const { names, bytes } = MOST_GROUPS[to];
  const fits = groups.length <= names && Buffer.byteLength(JSON.stringify(groups)) <= bytes;
  return fits ? { groups } : { groups_overage: true };
}

/** The claims of a person in the order of the scopes; the provider keeps those that the token's scopes allow. */
export function claimsOf(account: Person, groups?: GroupClaims) {
  const { given_name, family_name, nickname, preferred_username, picture } = account.profile;
  const { language, timeZone } = preferencesOf(account);
  return {
    sub: account.id,
    name: account.name,
    given_name,
    family_name,
    nickname,
    preferred_username,
    picture,
    locale: language,
    zoneinfo: timeZone,
    updated_at: Math.floor(account.updated_at.getTime() / 1000),
    email: addrSpec(account.email),
    email_verified: account.email_verified_at !== null,
    ...groups,
  };
}

type AppWithClaims = Pick<TokenClient, 'id_token_claims' | 'own_claims'>;

/** Whether the person's groups have to be looked up for an ID token. */
export const needsGroups = (client: AppWithClaims, scopes: readonly string[]): boolean =>
  scopes.includes('groups') &&
  (wantedInIdToken(client.id_token_claims)('groups') || needGroups(ownClaimsOf(client), scopes));

/** How and when a person signed in (OpenID Connect Core §2, RFC 9068 §2.2.1). */
export interface SignedIn {
  readonly acr: string | undefined;
  readonly amr: readonly string[] | undefined;
  readonly auth_time: number | undefined;
}

/** @param source a code or token as oidc-provider notes it: what follows from it says the same */
export function signedInOf(source: Pick<ArtifactPayload, 'acr' | 'amr' | 'authTime'> | undefined): SignedIn {
  return { acr: source?.acr, amr: source?.amr, auth_time: source?.authTime };
}

/** What an ID token of an app says of a person, by the scopes that were granted, and of how they signed in. */
export function idTokenClaimsOf(
  client: AppWithClaims,
  account: Person,
  scopes: readonly string[],
  groups: readonly string[] | undefined,
  signedIn: SignedIn = signedInOf(undefined),
): Record<string, unknown> {
  const said = claimsOf(account, groups && groupClaims(groups, 'id_token'));
  const all: Record<string, unknown> = { ...said, ...signedIn };
  const isWanted = wantedInIdToken(client.id_token_claims);
  const names = scopes
    .flatMap((scope) => claims[scope] ?? [])
    .filter((name) => Object.hasOwn(signedIn, name) || isWanted(name));
  const own = client.own_claims.length > 0 ? ownClaims(client, { said, groups, scopes }) : {};
  return { ...Object.fromEntries(names.map((name) => [name, all[name]])), ...own };
}

interface Known {
  readonly said: Readonly<Record<string, unknown>>;
  readonly groups: readonly string[] | undefined;
  readonly scopes: readonly string[];
}

/** The app's own claims; of groups that are too many to be looked at they say nothing. */
export function ownClaims(client: Pick<TokenClient, 'own_claims'>, { groups, ...known }: Known) {
  const isAll = groups && groups.length <= MOST_GROUPS.userinfo.names;
  return sayOwnClaims(ownClaimsOf(client), { ...known, groups: isAll ? groups : undefined });
}

/** All that an app would get of a person now, with these scopes. */
export async function previewClaims(db: Db, client: AppWithClaims, account: Person, scopes: readonly string[]) {
  const groups = scopes.includes('groups') ? await findGroups(db, account.id) : undefined;
  const said: Record<string, unknown> = claimsOf(account, groups && groupClaims(groups, 'userinfo'));
  const names = scopes.flatMap((scope) => claims[scope] ?? []);
  return {
    id_token: idTokenClaimsOf(client, account, scopes, groups),
    userinfo: {
      ...Object.fromEntries(names.map((name) => [name, said[name]])),
      ...ownClaims(client, { said, groups, scopes }),
    },
  };
}

/** Whether a claim is among those that an app's ID tokens have. */
export function wantedInIdToken(names: readonly string[]): (claim: string) => boolean {
  const wanted = namedClaims(names);
  return (claim) => claim === 'sub' || wanted.has(claim);
}
