import { z } from 'zod';
import { TeamRoleName } from '../../teams/members.ts';
import { Time } from '../shapes.ts';

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
