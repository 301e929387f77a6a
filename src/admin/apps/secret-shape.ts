import { z } from 'zod';
import { judgeSecret } from '../../clients/secret-standing.ts';
import type { AddedSecret, ListedSecret } from '../../clients/secrets.ts';
import { Time, timeOf, timeOrNull } from '../shapes.ts';

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

/** A secret on the one occasion on which its value is known. */
export const CreatedSecret = z
  .object({ id: z.string(), name: z.string(), value: z.string(), expires_at: Time.nullable() })
  .meta({ id: 'CreatedSecret' });

export function presentSecrets(secrets: readonly ListedSecret[], now: Date): z.input<typeof Secret>[] {
  return secrets.map((secret) => ({
    id: secret.id,
    name: secret.name,
    standing: judgeSecret(secret, secrets, now),
    created_at: timeOf(secret.created_at),
    created_by: secret.created_by,
    expires_at: timeOrNull(secret.expires_at),
    last_used_at: timeOrNull(secret.last_used_at),
    successor_id: secret.successor_id,
  }));
}

export function presentCreated({ id, name, secret, expiresAt }: AddedSecret): z.input<typeof CreatedSecret> {
  return { id, name, value: secret, expires_at: timeOrNull(expiresAt) };
}
