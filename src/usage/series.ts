/** A stretch of time in parts, each of whole hours of UTC, as they are counted: what a chart shows. */
export interface Window {
  readonly from: Date;
  /** Not part of it. */
  readonly to: Date;
  /** When its parts start, the first of them at `from`. */
  readonly starts: readonly Date[];
}

export interface Point {
  /** When it starts. */
  readonly at: Date;
  readonly calls: number;
  readonly failures: number;
}

/** What was counted in a part of a window, by its number from 1 on; null is no part of it. */
export interface PartCount {
  readonly part: number | null;
  readonly calls: number;
  readonly failures: number;
}

export type Period = '24h' | '7d' | '30d';

const HOUR = 3_600_000;
const PERIODS: Record<Exclude<Period, '30d'>, { step: number; parts: number }> = {
  '24h': { step: 1, parts: 24 },
  '7d': { step: 6, parts: 28 },
};
const DAYS = 30;

/**
 * The window of a period: hours until the end of this one, of a week in quarters of days; thirty days of a time zone until the end
 * of this hour. In a zone that is not whole hours away from UTC, an hour belongs to the day in which it begins.
 */
export function windowOf(period: Period, now: Date, timeZone = 'UTC'): Window {
  const end = (Math.floor(now.getTime() / HOUR) + 1) * HOUR;
  const starts = period === '30d' ? daysUntil(end, timeZone) : stepsUntil(end, PERIODS[period]);
  return { from: starts[0] ?? now, to: new Date(end), starts };
}

const stepsUntil = (end: number, { step, parts }: { step: number; parts: number }) =>
  Array.from({ length: parts }, (_, index) => new Date(end - (parts - index) * step * HOUR));

/** The first hour of each day: so a day of 23 or 25 hours, or one without a midnight, needs no rule of its own. */
function daysUntil(end: number, timeZone: string): Date[] {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  const starts = new Map<string, Date>();
  for (let at = end - HOUR; starts.size <= DAYS; at -= HOUR) starts.set(format.format(at), new Date(at));
  return [...starts.values()].slice(0, DAYS).reverse();
}

/** Every part of a window in its order; where nothing was counted there were no calls. */
export function fillGaps(counts: readonly PartCount[], { starts }: Window): Point[] {
  const byPart = new Map(counts.map((count) => [count.part, count]));
  return starts.map((at, index) => {
    const { calls = 0, failures = 0 } = byPart.get(index + 1) ?? {};
    return { at, calls, failures };
  });
}

export interface Totals {
  readonly calls: number;
  readonly failures: number;
}

export function totalOf(points: readonly Totals[]): Totals {
  return points.reduce(
    (sum, { calls, failures }) => ({ calls: sum.calls + calls, failures: sum.failures + failures }),
    {
      calls: 0,
      failures: 0,
    },
  );
}
