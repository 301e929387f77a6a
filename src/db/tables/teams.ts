import type { Generated, Selectable } from 'kysely';
import type { Created, Late, Timestamp } from './columns.ts';

export type TeamRole = 'owner' | 'developer' | 'viewer';

export interface TeamTable {
  id: string;
  name: string;
  /** The name in the form in which two of them are the same. */
  name_key: string;
  version: Generated<number>;
  created_at: Created;
  suspended_at: Late<Date>;
  suspended_reason: Late<string>;
}

export interface TeamMemberTable {
  team_id: string;
  account_id: string;
  role: TeamRole;
  created_at: Created;
}

/** The code that the mail carries is known only as its SHA-256. Without a team it is for an account alone. */
export interface InvitationTable {
  id: string;
  team_id: string | null;
  email: string;
  email_key: string;
  role: TeamRole | null;
  code_hash: Uint8Array;
  invited_by: string | null;
  created_at: Created;
  expires_at: Timestamp;
  accepted_at: Late<Date>;
  withdrawn_at: Late<Date>;
}

/** Scopes of one API that its holders may use. */
export interface RoleTable {
  id: string;
  api_id: string;
  name: string;
  description: Generated<string>;
  scopes: string[];
  version: Generated<number>;
  created_at: Created;
}

export interface GroupTable {
  id: string;
  name: string;
  name_key: string;
  version: Generated<number>;
  created_at: Created;
}

export interface GroupMemberTable {
  group_id: string;
  account_id: string;
}

export interface RoleAccountTable {
  role_id: string;
  account_id: string;
}

export interface RoleGroupTable {
  role_id: string;
  group_id: string;
}

export type Team = Selectable<TeamTable>;
export type Invitation = Selectable<InvitationTable>;
export type Role = Selectable<RoleTable>;
export type Group = Selectable<GroupTable>;
