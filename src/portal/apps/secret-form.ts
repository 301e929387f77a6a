import { ZodError } from 'zod';
import { SECRET_POLICY } from '../../clients/secret-policy.ts';
import type { Option } from '../../http/views/apps.ts';
import { textOf } from '../forms.ts';

type Fields = Record<string, string | string[]>;

const DAY = 86_400_000;
const LIFETIMES = [30, SECRET_POLICY.defaultDays, 180, SECRET_POLICY.mostDays];

export function lifetimeOptions(chosen: string): Option[] {
  return LIFETIMES.map((days) => ({
    value: String(days),
    label: days === SECRET_POLICY.mostDays ? `${days} days, the longest there is` : `${days} days`,
    chosen: String(days) === chosen,
  }));
}

const ENDINGS = [
  {
    value: 'first_use',
    label: 'When the new one is first used',
    sentence: 'Nothing breaks: both work until the app has gone over to the new one.',
  },
  { value: 'at', label: 'At a time', sentence: 'Both work until then.' },
  { value: 'now', label: 'Now', sentence: 'For one that has leaked. Whoever still uses it is refused at once.' },
] as const;

export function endingOptions(chosen: string): Option[] {
  return ENDINGS.map((ending) => ({ ...ending, chosen: ending.value === chosen }));
}

export function readSecret(fields: Fields, now: Date) {
  const days = Number(textOf(fields.days)) || SECRET_POLICY.defaultDays;
  return { name: textOf(fields.name), expiresAt: new Date(now.getTime() + days * DAY) };
}

export function readRotation(fields: Fields, now: Date) {
  return { ...readSecret(fields, now), ends: readEnding(fields, now) };
}

/** @throws {ZodError} at the field of the time */
function readEnding(fields: Fields, now: Date) {
  const when = textOf(fields.when);
  if (when === 'now' || when === 'first_use') return { when } as const;
  // The browser’s field for a time has no zone; the page says that it is UTC.
  const at = new Date(`${textOf(fields.at)}Z`);
  if (Number.isNaN(at.getTime()))
    throw problemAt('at', 'Give the day and the time at which the old secret ends.', fields);
  if (at <= now) throw problemAt('at', 'This time has passed. Choose a later one, or “Now”.', fields);
  return { when: 'at', at } as const;
}

function problemAt(field: string, message: string, input: unknown): ZodError {
  return new ZodError([{ code: 'custom', path: [field], message, input }]);
}
