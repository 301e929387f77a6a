import type { Api, ApiScope } from '../db/tables/catalogue.ts';

/** An API as JSON shows it. */
export function presentApi(api: Api, of: { teamName: string | null; scopes: readonly ApiScope[] }) {
  return {
    id: api.id,
    identifier: api.identifier,
    name: api.name,
    description: api.description,
    docs_url: api.docs_url,
    team_id: api.team_id,
    team_name: of.teamName,
    visibility: api.visibility,
    token_lifetime: api.token_lifetime,
    signing_alg: api.signing_alg,
    roles_claim: api.roles_claim,
    scopes: of.scopes.map(({ name, description, needs_approval, needs_role }) => ({
      name,
      description,
      needs_approval,
      needs_role,
    })),
    created_at: api.created_at.toISOString(),
    updated_at: api.updated_at?.toISOString() ?? null,
    suspended_at: api.suspended_at?.toISOString() ?? null,
    suspended_reason: api.suspended_reason,
  };
}
