import type { Role } from '../db/tables/teams.ts';

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
