/** Times in words. Everything is UTC, and says so where the hour matters. */

const DAY = 86_400;
const UNITS = [
  ['day', DAY],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** 25 November 2025 */
export function dayOf(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** 25 November 2025, 10:05:30 UTC */
export function momentOf(date: Date): string {
  return `${dayOf(date)}, ${date.toISOString().slice(11, 19)} UTC`;
}

/** 5 minutes */
export function spanOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [name, size] = UNITS.find(([, length]) => whole >= length) ?? ['second', 1];
  const count = Math.floor(whole / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** “in 5 minutes”, “5 minutes ago” or “now” */
export function relativeTo(now: Date, date: Date): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  if (seconds === 0) return 'now';
  return seconds > 0 ? `in ${spanOf(seconds)}` : `${spanOf(-seconds)} ago`;
}

/** A time of a token, in seconds since 1970, as a date; undefined for what is none. */
export function dateOfSeconds(value: unknown): Date | undefined {
  const date = new Date(typeof value === 'number' ? value * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** 25 Nov: below a bar of a chart */
export function shortDayOf(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** 10:05 */
export function clockOf(date: Date): string {
  return date.toISOString().slice(11, 16);
}
