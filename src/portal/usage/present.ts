import { type TextKey, t } from '../../texts/texts.ts';
import type { Explanation } from '../../usage/causes/cause.ts';
import { explain } from '../../usage/causes/explain.ts';
import type { AlikeRequests } from '../../usage/failed-requests.ts';
import { isFailure } from '../../usage/outcomes.ts';
import type { LoggedRequest } from '../../usage/request-log.ts';
import { type Period, type Point, totalOf } from '../../usage/series.ts';
import type { CauseView, OutcomeView, RequestView, UsageView } from '../../views/models/usage.ts';
import { bars } from '../charts/bars.ts';
import { shareOf } from '../charts/share.ts';
import { fromNow, inDay, inHour, inMoment, inNumber } from '../moments.ts';
import { eventInWords, outcomeInWords } from './words.ts';

/** The periods, with what a part of each is called. */
const PERIODS = {
  '24h': { label: 'usage.hours24', choice: 'h24', name: inHour },
  '7d': { label: 'usage.days7', choice: 'd7', name: (at) => `${inDay(at)}, ${inHour(at)}` },
  '30d': { label: 'usage.days30', choice: 'd30', name: inDay },
} as const satisfies Record<Period, { label: TextKey; choice: string; name: (at: Date) => string }>;

/** The period that an address asks for; a week when it asks for none. */
export function periodOf(value: unknown): Period {
  return value === '24h' || value === '30d' ? value : '7d';
}

export function presentUsage(points: readonly Point[], period: Period, hrefOf: (period: Period) => string): UsageView {
  const { calls, failures } = totalOf(points);
  return {
    periods: (Object.keys(PERIODS) as Period[]).map((key) => ({
      href: hrefOf(key),
      label: t(PERIODS[key].label),
      current: key === period,
    })),
    period: PERIODS[period].choice,
    calls: inNumber(calls),
    failures: inNumber(failures),
    share: shareOf(failures, calls),
    chart: calls > 0 ? bars(points, PERIODS[period].name) : undefined,
  };
}

function presentOutcome(row: { event: string; outcome: string; api?: string | undefined; count: number }): OutcomeView {
  const { event, outcome, api, count } = row;
  return {
    what: api ? t('usage.requestFor', { what: eventInWords(event), api }) : eventInWords(event),
    outcome: outcomeInWords(outcome),
    failed: isFailure(outcome),
    cause: explain(outcome, null)?.cause,
    count: inNumber(count),
  };
}

function presentRequest(request: LoggedRequest, now: Date): Omit<RequestView, 'why'> {
  const { at, event, outcome, detail, scope, api, requestId } = request;
  return {
    at: inMoment(at),
    ago: fromNow(at, now),
    what: eventInWords(event),
    api: api ?? undefined,
    outcome: outcomeInWords(outcome),
    failed: isFailure(outcome),
    detail: detail ?? undefined,
    scope: scope ?? undefined,
    requestId: requestId ?? undefined,
  };
}

const keyOf = (outcome: string, { cause, fix }: Explanation) => JSON.stringify([outcome, cause, fix]);

/**
 * Requests, and what went wrong in the period: each cause once, for however many requests, those of the most first. A listed request
 * of before the period, or of too long ago to be looked at, leads to no cause.
 */
export function presentLog(requests: readonly LoggedRequest[], alike: readonly AlikeRequests[], now: Date) {
  const explained = alike.flatMap((one) => {
    const why = explain(one.outcome, one.detail);
    return why ? [{ ...one, why }] : [];
  });
  const causes = [...Map.groupBy(explained, ({ outcome, why }) => keyOf(outcome, why))]
    .map(([key, group]) => ({ key, group, count: group.reduce((sum, { count }) => sum + count, 0) }))
    .sort((a, b) => b.count - a.count);
  const ids = new Map(causes.map(({ key }, index) => [key, `cause-${index + 1}`]));
  return {
    causes: causes.flatMap(({ key, group, count }) => presentCause(group, count, ids.get(key) ?? '', now)),
    requests: requests.map((request): RequestView => {
      const why = explain(request.outcome, request.detail);
      const id = why && ids.get(keyOf(request.outcome, why));
      return { ...presentRequest(request, now), why: id && `#${id}` };
    }),
  };
}

function presentCause(
  group: readonly (AlikeRequests & { why: Explanation })[],
  count: number,
  id: string,
  now: Date,
): CauseView[] {
  const [first] = group;
  if (!first) return [];
  const { outcome, why } = first;
  const ago = fromNow(new Date(Math.max(...group.map(({ lastAt }) => lastAt.getTime()))), now);
  const words = count === 1 ? t('failures.countOne', { ago }) : t('failures.count', { count, ago });
  return [{ id, outcome: outcomeInWords(outcome), failed: isFailure(outcome), ...why, count: words }];
}

/** Each code is explained in the first line that has it. */
export function presentOutcomes(rows: readonly Parameters<typeof presentOutcome>[0][]): OutcomeView[] {
  const first = new Map(rows.map((row) => [row.outcome, row] as const).reverse());
  return rows.map((row) => ({
    ...presentOutcome(row),
    ...(first.get(row.outcome) === row ? {} : { cause: undefined }),
  }));
}
