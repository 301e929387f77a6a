import { OIDC_SCOPES } from '../apis/api-schema.ts';
import type { AppApi } from '../apis/app-apis.ts';
import type { LeftOut } from '../usage/left-out.ts';

interface Issued {
  /** The code or token that was brought, or the scopes that the request names in place of its own. */
  readonly source: { readonly scope?: string | undefined; readonly resource?: string | readonly string[] | undefined };
  readonly granted: readonly string[];
  readonly appApi: AppApi;
  /** The APIs that the app may use. */
  readonly apis: ReadonlyMap<string, AppApi>;
  /** What the person’s roles take from what the app may have. */
  readonly withheld: readonly string[];
}

/**
 * What a token for an API does not have of what was asked for, and why. OpenID scopes are never in one, and those of other
 * APIs that the code or token is for as well are asked for with them.
 */
export function leftOutOf({ source, granted, appApi, apis, withheld }: Issued): LeftOut[] {
  const asked = new Set(source.scope?.split(' ').filter((scope) => scope !== '' && !OIDC_SCOPES.includes(scope)));
  const missing = asked.difference(new Set(granted));
  if (missing.size === 0) return [];
  const others = [source.resource ?? []].flat().filter((identifier) => identifier !== appApi.api.identifier);
  const ofOthers = new Set(others.flatMap((identifier) => apis.get(identifier)?.offered ?? []));
  return [...missing.difference(ofOthers)].map((scope) => ({ scope, why: reasonOf(scope, appApi, withheld) }));
}

/** Where everybody else would give it, the person has not. */
export function reasonOf(scope: string, { offered, subscribed }: AppApi, withheld: readonly string[]): LeftOut['why'] {
  if (!offered.includes(scope)) return 'unknown';
  if (!subscribed.includes(scope)) return 'not_subscribed';
  return withheld.includes(scope) ? 'role' : 'consent';
}
