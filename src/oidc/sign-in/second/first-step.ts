import { signInsOf } from '../epochs.ts';
import type { Details, FirstStep, InteractionParts } from '../interaction-parts.ts';
import { isStepUp } from '../levels.ts';

/** So long a password counts for whoever looks for their phone. */
const SECONDS = 600;

/** The first step of this interaction, or the session of who is asked for more; undefined when there is none, or too long ago. */
export function firstStepOf(parts: InteractionParts, details: Details): FirstStep | undefined {
  const first = details.result?.firstStep as FirstStep | undefined;
  const now = parts.clock().getTime() / 1000;
  if (first && now - first.at <= SECONDS) return first;
  const accountId = details.session?.accountId;
  const epoch = accountId === undefined ? undefined : parts.epochs.of(signInsOf(accountId));
  if (accountId === undefined || epoch === undefined || !isStepUp(details)) return undefined;
  return { accountId, epoch, amr: details.session?.amr ?? [], at: now };
}
