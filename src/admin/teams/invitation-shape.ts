import { z } from 'zod';
import type { Invitation as InvitationRow } from '../../db/team-tables.ts';
import { TeamRoleName } from '../../teams/members.ts';
import { Time, timeOf } from '../shapes.ts';

/** An invitation without its code, which goes to the invited address and to nobody else. */
export const Invitation = z
  .object({
    id: z.string(),
    email: z.string(),
    role: TeamRoleName.nullable(),
    created_at: Time,
    expires_at: Time,
  })
  .meta({ id: 'Invitation' });

type Row = Pick<InvitationRow, 'id' | 'email' | 'role' | 'created_at' | 'expires_at'>;

export const presentInvitation = ({ id, email, role, created_at, expires_at }: Row): z.input<typeof Invitation> => ({
  id,
  email,
  role,
  created_at: timeOf(created_at),
  expires_at: timeOf(expires_at),
});
