import { sql } from 'kysely';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connection.ts';
import { AppError } from '../errors.ts';
import { calls, failures } from './counted.ts';
import { fillGaps, intoParts, type Period, type Point, type Window, windowOf } from './series.ts';

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
  const counted = await countAll(db, apiId, window);
  const of = (kind: Counted['kind']) => counted.filter((row) => row.kind === kind);
  return {
    api,
    points: fillGaps(intoParts(of('hour'), window), window),
    consumers: of('consumer').map(({ clientId, name, calls, failures, lastHour }) => ({
      clientId,
      name: name ?? undefined,
      calls,
      failures,
      lastHour,
    })),
    outcomes: of('outcome').map(({ event, outcome, calls: count }) => ({ event, outcome, count })),
  };
}

interface Counted {
  readonly kind: 'hour' | 'consumer' | 'outcome';
  /** Each is null but where the kind is about it. */
  readonly hour: Date;
  readonly clientId: string;
  readonly name: string | null;
  readonly event: string;
  readonly outcome: string;
  readonly calls: number;
  readonly failures: number;
  readonly lastHour: Date;
}

/** Of a kind other than hours, of which there are no more than the period has. */
const MOST = 100;

/**
 * What the page counts, by hour, by app and by outcome, the most frequent first. One statement, because a busy API has tens of
 * thousands of rows a month, and reading them is what takes long.
 */
async function countAll(db: Db, apiId: string, { from, to }: Window): Promise<readonly Counted[]> {
  const { rows } = await sql<Counted>`
    with counted as (
      select case grouping(hour, client_id) when 1 then 'hour' when 2 then 'consumer' else 'outcome' end as kind,
        hour, client_id, event, outcome, ${calls} as calls, ${failures} as failures, max(hour) as last_hour
      from usage_hours
      where api_id = ${apiId} and hour >= ${from} and hour < ${to}
      group by grouping sets ((hour), (client_id), (event, outcome))
    ), ranked as (
      select *, row_number() over (partition by kind order by calls desc, client_id) as place from counted
    )
    select kind, hour, client_id as "clientId", clients.name, event, outcome, calls, failures, last_hour as "lastHour"
    from ranked left join clients on clients.id = client_id
    where kind = 'hour' or place <= ${sql.lit(MOST)}
    order by calls desc, client_id`.execute(db);
  return rows;
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
