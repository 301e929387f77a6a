import type { Api, ApiScope } from '../db/catalogue-tables.ts';
import type { Role } from '../db/team-tables.ts';
import type { ListedSubscription } from './subscription-lists.ts';

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

/** A subscription as JSON shows it: what is live, what waits, and what was decided. */
export function presentSubscription(row: ListedSubscription) {
  return {
    id: row.id,
    app: { id: row.client_id, name: row.appName, team_id: row.appTeamId },
    api: { id: row.api_id, identifier: row.apiIdentifier, name: row.apiName, team_id: row.apiTeamId },
    state: row.state,
    scopes: row.scopes,
    request: row.pending_scopes && {
      scopes: row.pending_scopes,
      reason: row.pending_reason ?? '',
      requested_by: row.pending_by,
      requested_at: row.pending_at?.toISOString() ?? null,
    },
    decision: row.decided_at && {
      note: row.note,
      decided_by: row.decided_by,
      decided_at: row.decided_at.toISOString(),
    },
    created_at: row.created_at.toISOString(),
  };
}

/** A role of an API as JSON shows it. */
export function presentRole(role: Role) {
  return {
    id: role.id,
    api_id: role.api_id,
    name: role.name,
    description: role.description,
    scopes: role.scopes,
    created_at: role.created_at.toISOString(),
  };
}
