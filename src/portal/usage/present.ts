import { type TextKey, t } from '../../texts/texts.ts';
import type { Explanation } from '../../usage/causes/cause.ts';
import { explain } from '../../usage/causes/explain.ts';
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

/** Requests, and what went wrong with some: each cause once, for however many of them, those of the most first. */
export function presentLog(requests: readonly LoggedRequest[], now: Date) {
  const explained = requests.map((request) => ({ request, why: explain(request.outcome, request.detail) }));
  const groups = Map.groupBy(
    explained.flatMap(({ request, why }) => (why ? [{ request, why }] : [])),
    ({ request, why }) => JSON.stringify([request.outcome, why.cause, why.fix]),
  );
  const ordered = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const ids = new Map(
    ordered.flatMap(([, group], index) => group.map(({ request }) => [request, `cause-${index + 1}`])),
  );
  return {
    causes: ordered.flatMap(([, group], index) => presentCause(group, `cause-${index + 1}`, now)),
    requests: requests.map((request): RequestView => {
      const id = ids.get(request);
      return { ...presentRequest(request, now), why: id && `#${id}` };
    }),
  };
}

function presentCause(
  group: readonly { request: LoggedRequest; why: Explanation }[],
  id: string,
  now: Date,
): CauseView[] {
  const [latest] = group;
  if (!latest) return [];
  const { request, why } = latest;
  const ago = fromNow(request.at, now);
  const count =
    group.length === 1 ? t('failures.countOne', { ago }) : t('failures.count', { count: group.length, ago });
  return [{ id, outcome: outcomeInWords(request.outcome), failed: isFailure(request.outcome), ...why, count }];
}

/** Each code is explained in the first line that has it. */
export function presentOutcomes(rows: readonly Parameters<typeof presentOutcome>[0][]): OutcomeView[] {
  const first = new Map(rows.map((row) => [row.outcome, row] as const).reverse());
  return rows.map((row) => ({
    ...presentOutcome(row),
    ...(first.get(row.outcome) === row ? {} : { cause: undefined }),
  }));
}
