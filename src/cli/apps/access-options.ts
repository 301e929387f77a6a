import type { Kysely } from 'kysely';
import { findApi, findApiScopes } from '../../apis/apis.ts';
import type { Tables } from '../../db/tables/tables.ts';

/** `--api` and `--scope` in the order in which they were given. */
export type Access = { readonly api: string } | { readonly scope: string };

export interface Subscription {
  readonly api: string;
  readonly scopes: readonly string[];
}

export type Grouping =
  | { ok: true; subscriptions: readonly Subscription[] }
  | { ok: false; problem: 'scope_without_api' | 'scope_before_api' };

/** Each scope belongs to the API before it; with one API all scopes do, wherever they stand. */
export function groupAccess(order: readonly Access[]): Grouping {
  const apis = order.flatMap((access) => ('api' in access ? [access.api] : []));
  const single = new Set(apis).size === 1 ? apis[0] : undefined;
  const scopesOf = new Map<string, string[]>(apis.map((api) => [api, []]));
  let current = single;
  for (const access of order) {
    if ('api' in access) current = access.api;
    else if (current === undefined) {
      return { ok: false, problem: apis.length === 0 ? 'scope_without_api' : 'scope_before_api' };
    } else scopesOf.get(current)?.push(access.scope);
  }
  return { ok: true, subscriptions: [...scopesOf].map(([api, scopes]) => ({ api, scopes })) };
}

/** An API without scopes stands for all scopes that it has now. An unknown API stays, for the action to refuse. */
export async function fillInScopes(
  db: Kysely<Tables>,
  subscriptions: readonly Subscription[],
): Promise<{ api: string; scopes: string[] }[]> {
  const filled: { api: string; scopes: string[] }[] = [];
  for (const { api: identifier, scopes } of subscriptions) {
    const api = scopes.length === 0 ? await findApi(db, identifier) : undefined;
    const all = api ? (await findApiScopes(db, api.id)).map((scope) => scope.name) : [];
    filled.push({ api: identifier, scopes: scopes.length > 0 ? [...scopes] : all });
  }
  return filled;
}
