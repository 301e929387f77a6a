import { describe, expect, it } from '@jest/globals';
import { fillGaps, windowOf } from '../../src/usage/series.ts';

const at = (text: string) => new Date(text);
const lengths = (starts: readonly Date[]) =>
  starts.slice(1).map((start, index) => (start.getTime() - (starts[index]?.getTime() ?? 0)) / 3_600_000);

describe('the parts of a period', () => {
  it('are the last 24 hours, the last week in quarters of days, and days of UTC', () => {
    const now = at('2026-11-03T23:47:49Z');
    const day = windowOf('24h', now);
    expect([day.starts.length, day.from, day.to]).toEqual([24, at('2026-11-03T00:00:00Z'), at('2026-11-04T00:00:00Z')]);
    const week = windowOf('7d', now);
    expect([week.starts.length, week.from, new Set(lengths(week.starts))]).toEqual([
      28,
      at('2026-10-28T00:00:00Z'),
      new Set([6]),
    ]);
    const month = windowOf('30d', now);
    expect([month.starts.length, month.from]).toEqual([30, at('2026-10-05T00:00:00Z')]);
  });

  it.each([
    ['Europe/Berlin', '2026-11-10T12:00:00Z', '2026-10-11T22:00:00Z', [24, 25]],
    ['Europe/Berlin', '2026-04-10T12:00:00Z', '2026-03-11T23:00:00Z', [23, 24]],
    ['America/New_York', '2026-11-20T12:00:00Z', '2026-10-22T04:00:00Z', [24, 25]],
    // Clocks go forward at midnight there: the day begins at one o’clock.
    ['America/Havana', '2026-03-20T12:00:00Z', '2026-02-19T05:00:00Z', [23, 24]],
    ['Pacific/Auckland', '2026-07-10T12:00:00Z', '2026-06-11T12:00:00Z', [24]],
  ])('are days of %s, of %s, whatever its clocks do', (zone, now, from, hours) => {
    const { starts } = windowOf('30d', at(now), zone);
    expect([starts.length, starts[0]]).toEqual([30, at(from)]);
    expect([...new Set(lengths(starts))].toSorted()).toEqual(hours);
  });

  it('are whole hours where a day begins within one', () => {
    const { starts } = windowOf('30d', at('2026-11-10T12:00:00Z'), 'Asia/Kolkata');
    // Midnight is at 18:30 of UTC: the hour from 18:00 begins on the day before.
    expect(starts.at(-1)).toEqual(at('2026-11-09T19:00:00Z'));
  });

  it('are all there, counted or not', () => {
    const window = windowOf('24h', at('2026-11-03T23:47:49Z'));
    const points = fillGaps(
      [
        { part: 1, calls: 3, failures: 1 },
        { part: 24, calls: 5, failures: 0 },
      ],
      window,
    );
    expect(points).toHaveLength(24);
    expect([points[0], points.at(-1)]).toEqual([
      { at: window.from, calls: 3, failures: 1 },
      { at: at('2026-11-03T23:00:00Z'), calls: 5, failures: 0 },
    ]);
  });
});
