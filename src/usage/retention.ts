import type { Db } from '../db/connections/connection.ts';

/** How long usage is kept, in days. */
export const RETENTION = { hours: 400, requests: 14 };

const DAY = 86_400_000;
const daysBefore = (now: Date, days: number) => new Date(now.getTime() - days * DAY);

export async function deleteOldUsage(db: Db, now: Date, batch: number): Promise<number> {
  const result = await db
    .deleteFrom('usage_hours')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('client_id', 'hour', 'api_id', 'event', 'outcome'),
        'in',
        selectFrom('usage_hours')
          .select(['client_id', 'hour', 'api_id', 'event', 'outcome'])
          .where('hour', '<', daysBefore(now, RETENTION.hours))
          .limit(batch)
          .$asTuple('client_id', 'hour', 'api_id', 'event', 'outcome'),
      ),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function deleteOldRequests(db: Db, now: Date, batch: number): Promise<number> {
  const old = db
    .selectFrom('request_log')
    .select('id')
    .where('at', '<', daysBefore(now, RETENTION.requests))
    .limit(batch);
  const result = await db.deleteFrom('request_log').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
