import type { ListedSubscription } from './lists.ts';

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
