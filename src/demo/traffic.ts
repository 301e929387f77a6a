import type { Contents, Count, RequestNote } from '../usage/batch.ts';

/** An app as the made-up month has it. */
export interface MadeUp {
  readonly clientId: string;
  /** The id of the API that it reads. */
  readonly api: string;
  /** A grant type. */
  readonly event: string;
  readonly scope: string;
  /** Calls in the busiest hour of a working day. */
  readonly most: number;
  /** What goes wrong now and then, and why. */
  readonly failure: { readonly outcome: string; readonly detail: string };
}

const HOUR = 3_600_000;
const HOURS = 30 * 24;
/** Requests that a log of fourteen days has, newest last. */
const LINES = 24;

/** A month that ends with the hour before `now`. The same for the same time: nothing in it is random. */
export function madeUpMonth(apps: readonly MadeUp[], now: Date): Contents {
  const end = Math.floor(now.getTime() / HOUR) * HOUR;
  const hours = Array.from({ length: HOURS }, (_, index) => end - (HOURS - index) * HOUR);
  return {
    counts: apps.flatMap((app, index) => hours.flatMap((hour) => countsOf(app, hour, index))),
    lines: apps.flatMap((app) => linesOf(app, end)),
  };
}

function countsOf({ clientId, api, event, most, failure }: MadeUp, hour: number, index: number): Count[] {
  const of = { hour, clientId, api, event };
  const calls = Math.round(most * busyness(new Date(hour)) * ripple(hour, index));
  const failures = ripple(hour, index + 7) > 1.22 ? Math.max(1, Math.round(calls / 25)) : 0;
  return [
    ...(calls > 0 ? [{ ...of, outcome: 'ok', count: calls }] : []),
    ...(calls > 0 && failures > 0 ? [{ ...of, outcome: failure.outcome, count: failures }] : []),
  ];
}

/** How much of the busiest hour: little at night and on Saturdays and Sundays. */
function busyness(at: Date): number {
  const isWeekend = at.getUTCDay() % 6 === 0;
  const daylight = Math.max(0, Math.sin(((at.getUTCHours() - 5) / 15) * Math.PI));
  return (isWeekend ? 0.25 : 1) * (0.08 + 0.92 * daylight);
}

/** Between 0.75 and 1.25, different from hour to hour. */
const ripple = (hour: number, index: number) =>
  1 + 0.25 * Math.sin((hour / HOUR) * 12.9898 + index * 78.233) * Math.cos((hour / HOUR) * 0.7);

function linesOf({ clientId, api, event, scope, failure }: MadeUp, end: number): RequestNote[] {
  return Array.from({ length: LINES }, (_, index) => {
    const of = { at: new Date(end - (LINES - index) * 2.6 * HOUR), clientId, api, event, requestId: `demo-${index}` };
    return index % 8 === 5 ? { ...of, ...failure } : { ...of, outcome: 'ok', scope };
  });
}
