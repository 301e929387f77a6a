import { type RawBuilder, sql } from 'kysely';

/**
 * The last hour in which something was counted for the app or the API that `id` is; null without one. It is written as a comparison of
 * rows, which only the index of both columns answers: for `max(hour)` PostgreSQL may read all hours of everyone backwards, and does
 * for what has none.
 */
export function lastHourOf(column: 'client_id' | 'api_id', id: RawBuilder<unknown>): RawBuilder<Date | null> {
  const named = sql.ref(`used.${column}`);
  return sql<Date | null>`(select case when last.id = ${id} then last.hour end from (
    select ${named} as id, used.hour from usage_hours used
    where (${named}, used.hour) <= (${id}, 'infinity'::timestamptz)
    order by ${named} desc, used.hour desc limit 1) as last)`;
}
