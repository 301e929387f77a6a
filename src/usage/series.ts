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

/** What was counted in the part of a window that starts then; null is no part of it. */
export interface PartCount {
  readonly part: Date | null;
  readonly calls: number;
  readonly failures: number;
}

export type Period = '24h' | '7d' | '30d';

const HOUR = 3_600_000;
const PERIODS: Record<Period, { step: number; parts: number; unit: number }> = {
  '24h': { step: 1, parts: 24, unit: 1 },
  '7d': { step: 6, parts: 28, unit: 1 },
  '30d': { step: 24, parts: 30, unit: 24 },
};

/** The window of a period: hours until the end of this one, of a week in quarters of days; thirty days until the end of today. */
export function windowOf(period: Period, now: Date): Window {
  const { step, parts, unit } = PERIODS[period];
  const whole = unit * HOUR;
  const to = (Math.floor(now.getTime() / whole) + 1) * whole;
  return { from: new Date(to - step * parts * HOUR), to: new Date(to), step };
}

/** Every part of a window in its order; where nothing was counted there were no calls. */
export function fillGaps(counts: readonly PartCount[], { from, to, step }: Window): Point[] {
  const byStart = new Map(counts.map((count) => [count.part?.getTime(), count]));
  const parts = (to.getTime() - from.getTime()) / (step * HOUR);
  return Array.from({ length: parts }, (_, index) => {
    const at = new Date(from.getTime() + index * step * HOUR);
    const { calls = 0, failures = 0 } = byStart.get(at.getTime()) ?? {};
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
