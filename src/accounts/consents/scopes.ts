/** What an app asks for, or may do: OpenID scopes, and scopes by API identifier. */
export interface Consent {
  readonly oidcScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

export const NOTHING: Consent = { oidcScopes: [], resources: {} };

export const isNothing = ({ oidcScopes, resources }: Consent): boolean =>
  oidcScopes.length === 0 && Object.values(resources).every((scopes) => scopes.length === 0);

/** Those of its scopes that pass; `api` is undefined for one of OpenID Connect. */
export function filterConsent(
  { oidcScopes, resources }: Consent,
  passes: (scope: string, api: string | undefined) => boolean,
): Consent {
  const ofApis = Object.entries(resources).map(([api, scopes]) => [api, scopes.filter((scope) => passes(scope, api))]);
  return { oidcScopes: oidcScopes.filter((scope) => passes(scope, undefined)), resources: Object.fromEntries(ofApis) };
}

export const has = ({ oidcScopes, resources }: Consent, scope: string, api: string | undefined): boolean =>
  (api === undefined ? oidcScopes : (resources[api] ?? [])).includes(scope);

/** What both have. */
export const common = (a: Consent, b: Consent) => filterConsent(a, (scope, api) => has(b, scope, api));

/** What the first has and the second has not. */
export const without = (a: Consent, b: Consent) => filterConsent(a, (scope, api) => !has(b, scope, api));

/** Both together. */
export function merge(a: Consent, b: Consent): Consent {
  const identifiers = new Set([...Object.keys(a.resources), ...Object.keys(b.resources)]);
  return {
    oidcScopes: [...new Set([...a.oidcScopes, ...b.oidcScopes])],
    resources: Object.fromEntries(
      [...identifiers].map((api) => [api, [...new Set([...(a.resources[api] ?? []), ...(b.resources[api] ?? [])])]]),
    ),
  };
}

/** All of its scopes, by their names. */
export const namesOf = ({ oidcScopes, resources }: Consent): string[] => [
  ...oidcScopes,
  ...Object.values(resources).flat(),
];
