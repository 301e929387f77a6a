import { LANGUAGES } from './languages.ts';
import { marked } from './marks.ts';
import { languageNow, timeZoneNow } from './speech.ts';

/** Times, spans and numbers as people read them, in the language and the time zone of the request. */

const localeNow = () => LANGUAGES[languageNow()].locale;

const clock = { hour: '2-digit', minute: '2-digit' } as const;
const TIMES = {
  day: { day: 'numeric', month: 'short' },
  date: { dateStyle: 'long' },
  shortDate: { dateStyle: 'medium' },
  hour: clock,
  moment: { day: 'numeric', month: 'short', year: 'numeric', ...clock, second: '2-digit', timeZoneName: 'short' },
  minute: { day: 'numeric', month: 'long', year: 'numeric', ...clock, timeZoneName: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** By what they are made for. There are as many as languages, zones and forms of times. */
const made = new Map<string, unknown>();
function once<T>(name: string, make: () => T): T {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
}

function formatted(at: Date, form: keyof typeof TIMES, timeZone: string): string {
  const locale = localeNow();
  const make = () => new Intl.DateTimeFormat(locale, { ...TIMES[form], timeZone });
  return marked(once(`${form} ${locale} ${timeZone}`, make).format(at));
}

/** A day and an hour of a chart. */
export const inDay = (at: Date) => formatted(at, 'day', timeZoneNow());
export const inHour = (at: Date) => formatted(at, 'hour', timeZoneNow());

export const inDate = (at: Date) => formatted(at, 'date', timeZoneNow());
/** The same where there is little room. */
export const inShortDate = (at: Date) => formatted(at, 'shortDate', timeZoneNow());
/** To the second, with its time zone. */
export const inMoment = (at: Date) => formatted(at, 'moment', timeZoneNow());
/** To the minute, with its time zone. */
export const inMinute = (at: Date) => formatted(at, 'minute', timeZoneNow());

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

function relative(count: number, unit: Intl.RelativeTimeFormatUnit, numeric: 'always' | 'auto' = 'always'): string {
  const locale = localeNow();
  const format = once(`${numeric} ${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric }));
  return marked(format.format(count, unit));
}

/** How far a time is from now: “in 3 days”, “5 minutes ago”, “now”. */
export function fromNow(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 1) return relative(0, 'second', 'auto');
  if (seconds > 0) {
    const { count, unit } = spanOf(seconds);
    return relative(count, unit);
  }
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relative(Math.trunc(seconds / size), unit);
}

/** To the nearest of the largest unit that fits. */
function spanOf(seconds: number): { count: number; unit: Intl.RelativeTimeFormatUnit } {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length * 0.99) ?? ['second', 1];
  return { count: Math.round(seconds / size), unit };
}

/** A span of time, to the nearest of the largest unit that fits: “5 minutes”. */
export function inSpan(seconds: number): string {
  const { count, unit } = spanOf(seconds);
  const locale = localeNow();
  const make = () => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
  return marked(once(`${unit} ${locale}`, make).format(count));
}

export function inNumber(count: number): string {
  const locale = localeNow();
  return once(`number ${locale}`, () => new Intl.NumberFormat(locale)).format(count);
}

/** “a, b and c”. */
export function inList(words: readonly string[]): string {
  const locale = localeNow();
  const format = once(`list ${locale}`, () => new Intl.ListFormat(locale));
  return format
    .formatToParts(words)
    .map(({ type, value }) => (type === 'literal' ? marked(value) : value))
    .join('');
}

/** A time of a token, in seconds since 1970; undefined for what is none. */
export function dateOfSeconds(value: unknown): Date | undefined {
  const date = new Date(typeof value === 'number' ? value * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
