import type { AppApi } from '../apis/app-apis.ts';
import { decideScopes } from '../apis/policy.ts';
import type { Db } from '../db/connections/connection.ts';
import { findHeldRoles, type HeldRole } from '../roles/held-roles.ts';

/** What a request on behalf of a person may have of one API. */
export interface PersonalUse {
  readonly identifier: string;
  readonly granted: readonly string[];
  /** What the app may have, and this person may not. */
  readonly withheld: readonly string[];
  /** For the API's tokens to name; undefined where the API does not want that. */
  readonly roleNames: readonly string[] | undefined;
}

/** Everything that this person may have of an API that an app may use. */
export async function findPersonalUse(db: Db, accountId: string, appApi: AppApi): Promise<PersonalUse> {
  const roles = await rolesAt(db, accountId, appApi);
  const { granted, withheld } = decideScopes({ ...appApi, requested: undefined, roles: scopesOf(roles) });
  return {
    identifier: appApi.api.identifier,
    granted,
    withheld,
    roleNames: appApi.api.roles_claim ? roles.map(({ name }) => name) : undefined,
  };
}

/** The roles that a person has of an API; without a look at the database where they do not matter. */
export async function rolesAt(db: Db, accountId: string, { api, needsRole }: AppApi): Promise<HeldRole[]> {
  return needsRole.length > 0 || api.roles_claim ? findHeldRoles(db, accountId, api.id) : [];
}

export const scopesOf = (roles: readonly HeldRole[]) => roles.flatMap((role) => role.scopes);
