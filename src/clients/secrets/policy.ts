import type { By } from '../../access.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';

const DAY = 86_400_000;

/** How long a secret lives when nobody says, how long at most, and when it counts as about to end. In days. */
export const SECRET_POLICY = { defaultDays: 90, mostDays: 365, soonDays: 14 } as const;

/** How many may be live at once: each costs a comparison at the token endpoint. */
export const MOST_SECRETS = 100;

/** Hours without a use after which a secret that has a used successor counts as safe to revoke. */
export const QUIET_HOURS = 24;

/**
 * When a new secret ends. The operator and the server itself are free to let one live for ever; everyone else gets the
 * policy. @throws {AppError} invalid_request
 */
export function expiryOf(wanted: Date | undefined, by: By): Date | null {
  const { type } = by.actor;
  if (type === 'operator' || type === 'system') return wanted ?? null;
  const from = by.now.getTime();
  const expiresAt = wanted ?? new Date(from + SECRET_POLICY.defaultDays * DAY);
  if (expiresAt.getTime() <= from) {
    throw new AppError('invalid_request', { detail: t('refusals.secretFuture') });
  }
  if (expiresAt.getTime() > from + SECRET_POLICY.mostDays * DAY) {
    throw new AppError('invalid_request', { detail: t('refusals.secretDays', { days: SECRET_POLICY.mostDays }) });
  }
  return expiresAt;
}
