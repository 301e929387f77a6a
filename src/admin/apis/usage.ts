import { z } from 'zod';
import { readApiUsage } from '../../usage/api-usage.ts';
import { operation } from '../operation.ts';
import { PeriodQuery, presentPoints, UsagePoint } from '../usage-shape.ts';
import { ApiId } from './shape.ts';

const Consumer = z
  .object({ app_id: z.string(), name: z.string().nullable(), calls: z.int(), failures: z.int() })
  .meta({ id: 'Consumer' });

const ApiUsage = z
  .object({
    data: z.array(UsagePoint),
    consumers: z.array(Consumer),
    outcomes: z.array(z.object({ event: z.string(), outcome: z.string(), count: z.int() }).meta({ id: 'Outcome' })),
  })
  .meta({ id: 'ApiUsage' });

export const apiUsageOperations = [
  operation({
    id: 'getApiUsage',
    method: 'GET',
    path: '/apis/{api_id}/usage',
    tag: 'Usage',
    summary: 'How much apps did with an API, and which',
    description: 'In equal parts of the period, in UTC, without gaps. The busiest hundred apps.',
    scope: 'apis:read',
    params: ApiId,
    query: PeriodQuery,
    status: 200,
    result: ApiUsage,
    async handle({ db, by, params, query }) {
      const usage = await readApiUsage(db, { apiId: params.api_id, period: query.period }, by);
      const consumers = usage.consumers.map(({ clientId, name, calls, failures }) => ({
        app_id: clientId,
        name: name ?? null,
        calls,
        failures,
      }));
      return { body: { data: presentPoints(usage.points), consumers, outcomes: [...usage.outcomes] } };
    },
  }),
];
