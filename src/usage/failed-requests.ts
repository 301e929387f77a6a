import { sql } from 'kysely';
import type { By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { requireApp } from './app-usage.ts';
import { SUCCESS } from './outcomes.ts';
import { type Period, windowOf } from './series.ts';

/** How many requests of the log ended alike. */
export interface AlikeRequests {
  readonly outcome: string;
  /** What the server said. */
  readonly detail: string | null;
  readonly count: number;
  readonly lastAt: Date;
}

/** So many requests of the log are looked at, the latest ones of the period. */
const MOST_LOOKED_AT = 5000;

/**
 * What requests of an app ended with in a period, if there is something to say of it: the most frequent first, a hundred at most.
 * @throws {AppError} not_found
 */
export async function countAlike(
  db: Db,
  { clientId, period, timeZone }: { clientId: string; period: Period; timeZone?: string },
  by: By,
): Promise<AlikeRequests[]> {
  await requireApp(db, clientId, by);
  const { from, to } = windowOf(period, by.now, timeZone);
  const latest = db
    .selectFrom('request_log')
    .select(['outcome', 'detail', 'at'])
    .where('client_id', '=', clientId)
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy('id', 'desc')
    .limit(MOST_LOOKED_AT);
  const rows = await db
    .selectFrom(latest.as('latest'))
    .select(['outcome', 'detail', (eb) => eb.fn.countAll<number>().as('count')])
    .select(sql<Date>`max(latest.at)`.as('lastAt'))
    .where((eb) => eb.or([eb('outcome', '<>', SUCCESS), eb('detail', 'is not', null)]))
    .groupBy(['outcome', 'detail'])
    .orderBy('count', 'desc')
    .limit(100)
    .execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}
