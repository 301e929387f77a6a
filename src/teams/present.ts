import type { Team, TeamRole } from '../db/tables/teams.ts';
import type { Member } from './list-members.ts';

/** A team as JSON shows it. */
export function presentTeam(team: Team) {
  return {
    id: team.id,
    name: team.name,
    created_at: team.created_at.toISOString(),
    suspended_at: team.suspended_at?.toISOString() ?? null,
    suspended_reason: team.suspended_reason,
  };
}

/** Somebody in a team. */
export function presentMember({ id, name, email, role, disabled_at, created_at }: Member) {
  const joined = created_at.toISOString();
  return { account_id: id, name, email, role, disabled: disabled_at !== null, joined_at: joined };
}

interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: TeamRole | null;
  readonly created_at: Date;
  readonly expires_at: Date;
}

/** An invitation, without the code that opens it. */
export function presentInvitation({ id, email, role, created_at, expires_at }: OpenInvitation) {
  return { id, email, role, created_at: created_at.toISOString(), expires_at: expires_at.toISOString() };
}
