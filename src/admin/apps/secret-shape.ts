import { z } from 'zod';
import { Time } from '../shapes.ts';

/** A secret as everyone sees it: never its value, which nobody has. */
export const Secret = z
  .object({
    id: z.string(),
    name: z.string(),
    standing: z.enum(['ended', 'waiting', 'quiet', 'ending', 'unused', 'live']),
    created_at: Time,
    created_by: z.string().nullable(),
    expires_at: Time.nullable(),
    last_used_at: Time.nullable(),
    successor_id: z.string().nullable(),
  })
  .meta({ id: 'Secret' });

/** A new secret with its value, which is shown this once. */
export const CreatedSecret = z
  .object({ id: z.string(), name: z.string(), value: z.string(), expires_at: Time.nullable() })
  .meta({ id: 'CreatedSecret' });
