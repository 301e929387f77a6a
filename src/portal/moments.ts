import { fromNow, inNumber } from '../texts/moments.ts';
import { t } from '../texts/texts.ts';

export * from '../texts/moments.ts';

const HOUR = 3_600_000;

/** When something was used last, as far as that is known: what is counted by the hour is known by its start. */
export function lastUse(at: Date | null, now: Date): string {
  if (!at) return t('lists.neverUsed');
  return now.getTime() - at.getTime() < HOUR ? t('lists.usedWithinTheHour') : fromNow(at, now);
}

/** A count with its noun, which takes an s but for one. English alone: a text of the catalogue has its own plural. */
export const counted = (count: number, noun: string) => `${inNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
