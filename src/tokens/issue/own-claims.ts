import { type OwnClaim, parseOwnClaim, type Source } from '../../clients/claims/own-claims.ts';
import type { TokenClient } from '../../clients/token-clients.ts';

type Said = Readonly<Record<string, unknown>>;

export const ownClaimsOf = ({ own_claims: lines }: Pick<TokenClient, 'own_claims'>): OwnClaim[] =>
  lines.flatMap((line) => parseOwnClaim(line) ?? []);

/** Whether the groups of the person are needed to say them. */
export const needGroups = (own: readonly OwnClaim[], scopes: readonly string[]): boolean =>
  scopes.includes('groups') &&
  own.some(({ source }) => source.kind === 'group' || (source.kind === 'claim' && source.scope === 'groups'));

/**
 * What an app's own claims say. What is of a person is there where they agreed to the scope that gives it: nothing gets out
 * under another name. What they have not told is absent.
 * @param said their claims, all of them @param groups the names of all their groups; undefined when they are too many
 */
export function sayOwnClaims(
  own: readonly OwnClaim[],
  {
    said,
    groups,
    scopes,
  }: { readonly said: Said; readonly groups: readonly string[] | undefined; readonly scopes: readonly string[] },
): Record<string, unknown> {
  const values = own.map(({ name, source }) => [name, valueFrom(source, said, groups, scopes)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function valueFrom(
  source: Source,
  said: Said,
  groups: readonly string[] | undefined,
  scopes: readonly string[],
): unknown {
  if (source.kind === 'constant') return source.value;
  if (!scopes.includes(source.scope)) return undefined;
  return source.kind === 'group' ? groups?.includes(source.group) : said[source.claim];
}
