import { sql } from 'kysely';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connection.ts';
import { AppError } from '../errors.ts';
import { calls, failures, partOf } from './counted.ts';
import { fillGaps, type Period, type Point, windowOf } from './series.ts';

/** What one app did with an API. */
export interface ConsumerUsage {
  readonly clientId: string;
  /** undefined for an app that is gone. */
  readonly name: string | undefined;
  readonly calls: number;
  readonly failures: number;
  readonly lastHour: Date;
}

export interface ApiUsage {
  readonly api: { readonly id: string; readonly name: string; readonly identifier: string };
  readonly points: readonly Point[];
  /** The busiest first, a hundred at most. */
  readonly consumers: readonly ConsumerUsage[];
  readonly outcomes: readonly { readonly event: string; readonly outcome: string; readonly count: number }[];
}

/** What apps did with an API in a period, whoever they belong to: its owner let them in. @throws {AppError} not_found */
export async function readApiUsage(
  db: Db,
  { apiId, period }: { apiId: string; period: Period },
  by: By,
): Promise<ApiUsage> {
  const api = await requireApi(db, apiId, by);
  const window = windowOf(period, by.now);
  const ofApi = db
    .selectFrom('usage_hours')
    .where('api_id', '=', apiId)
    .where('hour', '>=', window.from)
    .where('hour', '<', window.to);
  const [parts, consumers, outcomes] = await Promise.all([
    ofApi
      .select([partOf(window).as('part'), calls.as('calls'), failures.as('failures')])
      .groupBy('part')
      .execute(),
    ofApi
      .leftJoin('clients', 'clients.id', 'usage_hours.client_id')
      .select(['usage_hours.client_id as clientId', 'clients.name', calls.as('calls'), failures.as('failures')])
      .select(sql<Date>`max(usage_hours.hour)`.as('lastHour'))
      .groupBy(['usage_hours.client_id', 'clients.name'])
      .orderBy('calls', 'desc')
      .limit(100)
      .execute(),
    ofApi
      .select(['event', 'outcome', calls.as('count')])
      .groupBy(['event', 'outcome'])
      .orderBy('count', 'desc')
      .limit(100)
      .execute(),
  ]);
  return {
    api,
    points: fillGaps(parts, window),
    consumers: consumers.map((row) => ({ ...row, name: row.name ?? undefined })),
    outcomes,
  };
}

async function requireApi(db: Db, apiId: string, by: By) {
  const missing = `There is no API ${apiId}.`;
  const api = await db
    .selectFrom('apis')
    .select(['id', 'name', 'identifier', 'team_id'])
    .where('id', '=', apiId)
    .executeTakeFirst();
  if (!api) throw new AppError('not_found', { detail: missing });
  authorize(by, 'api.read', api.team_id, missing);
  return { id: api.id, name: api.name, identifier: api.identifier };
}
