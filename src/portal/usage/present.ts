import { explain } from '../../usage/causes/explain.ts';
import { isFailure } from '../../usage/outcomes.ts';
import type { LoggedRequest } from '../../usage/request-log.ts';
import { type Period, type Point, totalOf } from '../../usage/series.ts';
import type { OutcomeView, RequestView, UsageView } from '../../views/models/usage.ts';
import { bars } from '../charts/bars.ts';
import { shareOf } from '../charts/share.ts';
import { fromNow, inDay, inHour, inMoment, inNumber } from '../moments.ts';
import { eventInWords, outcomeInWords } from './words.ts';

/** The periods, with what a part of each is called. */
const PERIODS: Record<Period, { label: string; name: (at: Date) => string }> = {
  '24h': { label: '24 hours', name: inHour },
  '7d': { label: '7 days', name: (at) => `${inDay(at)}, ${inHour(at)}` },
  '30d': { label: '30 days', name: inDay },
};

/** The period that an address asks for; a week when it asks for none. */
export function periodOf(value: unknown): Period {
  return value === '24h' || value === '30d' ? value : '7d';
}

export function presentUsage(points: readonly Point[], period: Period, hrefOf: (period: Period) => string): UsageView {
  const { calls, failures } = totalOf(points);
  return {
    periods: (Object.keys(PERIODS) as Period[]).map((key) => ({
      href: hrefOf(key),
      label: PERIODS[key].label,
      current: key === period,
    })),
    period: PERIODS[period].label,
    calls: inNumber(calls),
    failures: inNumber(failures),
    share: shareOf(failures, calls),
    chart: calls > 0 ? bars(points, PERIODS[period].name) : undefined,
  };
}

export function presentOutcome(row: {
  event: string;
  outcome: string;
  api?: string | undefined;
  count: number;
}): OutcomeView {
  const { event, outcome, api, count } = row;
  return {
    what: eventInWords(event) + (api ? ` for ${api}` : ''),
    outcome: outcomeInWords(outcome),
    failed: isFailure(outcome),
    cause: explain(outcome, null)?.cause,
    count: inNumber(count),
  };
}

export function presentRequest(request: LoggedRequest, now: Date): RequestView {
  const { at, event, outcome, detail, scope, api, requestId } = request;
  const explanation = explain(outcome, detail);
  return {
    at: inMoment(at),
    ago: fromNow(at, now),
    what: eventInWords(event),
    api: api ?? undefined,
    outcome: outcomeInWords(outcome),
    failed: isFailure(outcome),
    detail: detail ?? undefined,
    scope: scope ?? undefined,
    cause: explanation?.cause,
    fix: explanation?.fix,
    requestId: requestId ?? undefined,
  };
}
