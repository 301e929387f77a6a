/** A stretch of time in equal parts, all of them UTC: what a chart shows. */
export interface Window {
  readonly from: Date;
  /** Not part of it. */
  readonly to: Date;
  /** Hours of each part. */
  readonly step: number;
}

export interface Point {
  /** When it starts. */
  readonly at: Date;
  readonly calls: number;
  readonly failures: number;
}

/** What was counted in one part of a window, by its number. */
export interface PartCount {
  readonly part: number;
  readonly calls: number;
  readonly failures: number;
}

export type Period = '24h' | '7d' | '30d';

const HOUR = 3_600_000;
const PERIODS: Record<Period, { step: number; parts: number }> = {
  '24h': { step: 1, parts: 24 },
  '7d': { step: 6, parts: 28 },
  '30d': { step: 24, parts: 30 },
};

/**
 * The window of a period. It ends with the part that `now` is in: the parts are whole hours, quarters of days or days.
 * With `rolling` it ends with this hour, so that the last parts are the last hours of that many, whatever the time of day.
 */
export function windowOf(period: Period, now: Date, options: { rolling?: boolean } = {}): Window {
  const { step, parts } = PERIODS[period];
  const unit = (options.rolling ? 1 : step) * HOUR;
  const to = (Math.floor(now.getTime() / unit) + 1) * unit;
  return { from: new Date(to - step * parts * HOUR), to: new Date(to), step };
}

/** What was counted by hour, in the parts of a window. */
export function intoParts(hours: readonly (Totals & { hour: Date })[], { from, step }: Window): PartCount[] {
  const partOf = ({ hour }: { hour: Date }) => Math.floor((hour.getTime() - from.getTime()) / (step * HOUR));
  return [...Map.groupBy(hours, partOf)].map(([part, counts]) => ({ part, ...totalOf(counts) }));
}

/** Every part of a window in its order; where nothing was counted there were no calls. */
export function fillGaps(counts: readonly PartCount[], { from, to, step }: Window): Point[] {
  const byPart = new Map(counts.map((count) => [count.part, count]));
  const parts = (to.getTime() - from.getTime()) / (step * HOUR);
  return Array.from({ length: parts }, (_, part) => {
    const { calls = 0, failures = 0 } = byPart.get(part) ?? {};
    return { at: new Date(from.getTime() + part * step * HOUR), calls, failures };
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
