/** Times as people read them. All of them are UTC and say so: a server does not know where its reader is. */

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'always' });

export const inDay = (at: Date) => day.format(at);
export const inDate = (at: Date) => date.format(at);
export const inHour = (at: Date) => hour.format(at);
export const inMoment = (at: Date) => `${moment.format(at)} UTC`;

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** How far a time is from now: “in 3 days”, “5 minutes ago”, “now”. */
export function fromNow(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  if (seconds > 0) return `in ${inSpan(seconds)}`;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

const HOUR = 3_600_000;

/** When something was used last, as far as that is known: what is counted by the hour is known by its start. */
export function lastUse(at: Date | null, now: Date): string {
  if (!at) return 'never';
  return now.getTime() - at.getTime() < HOUR ? 'within the hour' : fromNow(at, now);
}

const number = new Intl.NumberFormat('en-GB');
export const inNumber = (count: number) => number.format(count);
/** A count with its noun, which takes an s but for one. */
export const counted = (count: number, noun: string) => `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`;

/** A span of time, to the nearest of the largest unit that fits: “5 minutes”. */
export function inSpan(seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length * 0.99) ?? ['second', 1];
  return counted(Math.round(seconds / size), unit);
}

/** A time of a token, in seconds since 1970; undefined for what is none. */
export function dateOfSeconds(value: unknown): Date | undefined {
  const date = new Date(typeof value === 'number' ? value * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
