import { sql } from 'kysely';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { calls, failures, partOf } from './counted.ts';
import { fillGaps, type Period, type Point, windowOf } from './series.ts';

const MOST = 100;

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

/** What apps of all teams did with an API in a period: its owner let them in. @throws {AppError} not_found */
export async function readApiUsage(
  db: Db,
  { apiId, period, timeZone }: { apiId: string; period: Period; timeZone?: string },
  by: By,
): Promise<ApiUsage> {
  const api = await requireApi(db, apiId, by);
  const window = windowOf(period, by.now, timeZone);
  // Read once, added up in three ways, and only then given names.
  const counted = db
    .selectFrom('usage_hours')
    .select(['client_id as clientId', 'event', 'outcome', partOf(window).as('part')])
    .select([calls.as('calls'), failures.as('failures'), sql<Date>`max(usage_hours.hour)`.as('lastHour')])
    .where('api_id', '=', apiId)
    .where('hour', '>=', window.from)
    .where('hour', '<', window.to)
    .groupBy(sql`grouping sets ((${partOf(window)}), (client_id), (event, outcome))`);
  const rows = await db
    .selectFrom(counted.as('counted'))
    .leftJoin('clients', 'clients.id', 'counted.clientId')
    .selectAll('counted')
    .select('clients.name')
    .orderBy('calls', 'desc')
    .execute();
  return {
    api,
    points: fillGaps(rows, window),
    consumers: rows
      .filter(({ clientId }) => clientId !== null)
      .slice(0, MOST)
      .map(({ clientId, name, calls, failures, lastHour }) => ({
        clientId,
        name: name ?? undefined,
        calls,
        failures,
        lastHour,
      })),
    outcomes: rows.flatMap(({ event, outcome, calls }) => (event === null ? [] : [{ event, outcome, count: calls }])),
  };
}

async function requireApi(db: Db, apiId: string, by: By) {
  const missing = t('refusals.noApi', { id: apiId });
  const api = await db
    .selectFrom('apis')
    .select(['id', 'name', 'identifier', 'team_id'])
    .where('id', '=', apiId)
    .executeTakeFirst();
  if (!api) throw new AppError('not_found', { detail: missing });
  authorize(by, 'api.read', api.team_id, missing);
  return { id: api.id, name: api.name, identifier: api.identifier };
}
