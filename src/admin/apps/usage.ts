import { z } from 'zod';
import { readAppUsage } from '../../usage/app-usage.ts';
import { explain } from '../../usage/causes/explain.ts';
import { type LoggedRequest, listRequests, RequestLogQuery } from '../../usage/request-log.ts';
import { operation } from '../operation.ts';
import { NumberCursor, pageOf, Time } from '../shapes.ts';
import { PeriodQuery, presentPoints, UsagePoint } from '../usage-shape.ts';
import { AppId } from './shape.ts';

const Request = z
  .object({
    id: z.int(),
    at: Time,
    event: z.string(),
    outcome: z.string(),
    detail: z.string().nullable(),
    api: z.string().nullable(),
    scope: z.string().nullable(),
    request_id: z.string().nullable(),
    cause: z.string().nullable(),
    fix: z.string().nullable(),
  })
  .meta({ id: 'LoggedRequest' });

const AppUsage = z
  .object({
    data: z.array(UsagePoint),
    outcomes: z.array(
      z
        .object({ event: z.string(), outcome: z.string(), api: z.string().nullable(), count: z.int() })
        .meta({ id: 'AppOutcome' }),
    ),
  })
  .meta({ id: 'AppUsage' });

const tag = 'Usage';

export const appUsageOperations = [
  operation({
    id: 'listRequestsOfApp',
    method: 'GET',
    path: '/apps/{app_id}/requests',
    tag,
    summary: 'The latest requests of an app',
    description:
      'Every kind of failure with its cause and fix, and a sample of successes, which say what they asked for and did not get. The newest first.',
    scope: 'apps:read',
    params: AppId,
    query: z.strictObject({
      limit: RequestLogQuery.shape.limit,
      cursor: NumberCursor,
      show: RequestLogQuery.shape.show,
    }),
    status: 200,
    result: pageOf(Request),
    async handle({ db, by, params, query: { cursor, limit, show } }) {
      const page = await listRequests(db, { clientId: params.app_id, before: cursor, limit, show }, by);
      return { body: { data: page.requests.map(presentRequest), next: page.next?.toString() ?? null } };
    },
  }),
  operation({
    id: 'getAppUsage',
    method: 'GET',
    path: '/apps/{app_id}/usage',
    tag,
    summary: 'How much an app did, and how it ended',
    description: 'In equal parts of the period, in UTC, without gaps.',
    scope: 'apps:read',
    params: AppId,
    query: PeriodQuery,
    status: 200,
    result: AppUsage,
    async handle({ db, by, params, query }) {
      const usage = await readAppUsage(db, { clientId: params.app_id, period: query.period }, by);
      const outcomes = usage.outcomes.map((outcome) => ({ ...outcome, api: outcome.api ?? null }));
      return { body: { data: presentPoints(usage.points), outcomes } };
    },
  }),
];

function presentRequest({ at, requestId, ...request }: LoggedRequest): z.input<typeof Request> {
  const { cause = null, fix = null } = explain(request.outcome, request.detail) ?? {};
  return { ...request, at: at.toISOString(), request_id: requestId, cause, fix };
}
