import { ZodError } from 'zod';
import { SECRET_POLICY } from '../../../clients/secrets/policy.ts';
import { KEPT_SECONDS } from '../../../clients/secrets/rotation.ts';
import { t } from '../../../texts/texts.ts';
import type { Option } from '../../../views/models/apps.ts';
import { textOf } from '../../forms.ts';

type Fields = Record<string, string | string[]>;

const DAY = 86_400_000;
const LIFETIMES = [30, SECRET_POLICY.defaultDays, 180, SECRET_POLICY.mostDays];

export function lifetimeOptions(chosen: string): Option[] {
  return LIFETIMES.map((days) => ({
    value: String(days),
    label: days === SECRET_POLICY.mostDays ? t('apps.daysLongest', { days }) : t('apps.days', { days }),
    chosen: String(days) === chosen,
  }));
}

const endings = () =>
  [
    {
      value: 'after',
      label: t('apps.afterHours'),
      sentence: t('apps.afterHoursMeans'),
    },
    { value: 'at', label: t('apps.atTime'), sentence: t('apps.bothUntilThen') },
    {
      value: 'first_use',
      label: t('apps.whenFirstUsed'),
      sentence: t('apps.whenFirstUsedMeans'),
    },
    { value: 'now', label: t('apps.now'), sentence: t('apps.nowMeans') },
  ] as const;

export function endingOptions(chosen: string): Option[] {
  return endings().map((ending) => ({ ...ending, chosen: ending.value === chosen }));
}

export function readSecret(fields: Fields, now: Date) {
  const days = Number(textOf(fields.days)) || SECRET_POLICY.defaultDays;
  return { name: textOf(fields.name), expiresAt: new Date(now.getTime() + days * DAY) };
}

export function readRotation(fields: Fields, now: Date) {
  return { ...readSecret(fields, now), ends: readEnding(fields, now) };
}

/** What the form shows for the hours at first. */
export const KEPT_HOURS = String(KEPT_SECONDS / 3600);

function readHours(fields: Fields): number {
  const hours = textOf(fields.hours);
  const most = SECRET_POLICY.mostDays * 24;
  if (/^\d{1,5}$/.test(hours) && Number(hours) >= 1 && Number(hours) <= most) return Number(hours);
  throw problemAt('hours', t('apps.giveHours', { most }), fields);
}

/** @throws {ZodError} at the field of the time or the hours */
function readEnding(fields: Fields, now: Date) {
  const when = textOf(fields.when);
  if (when === 'now' || when === 'first_use') return { when } as const;
  if (when === 'after') return { when, seconds: readHours(fields) * 3600 } as const;
  // The browser’s field for a time has no zone; the page says that it is UTC.
  const at = new Date(`${textOf(fields.at)}Z`);
  if (Number.isNaN(at.getTime())) throw problemAt('at', t('apps.giveTime'), fields);
  if (at <= now) throw problemAt('at', t('apps.timeHasPassed'), fields);
  return { when: 'at', at } as const;
}

function problemAt(field: string, message: string, input: unknown): ZodError {
  return new ZodError([{ code: 'custom', path: [field], message, input }]);
}
