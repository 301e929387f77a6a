import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import type { Contents, Count, RequestNote } from './batch.ts';

/** Rows of one kind in a statement. */
const MOST_ROWS = 2000;

/**
 * Adds counts to their hours and lines to the log, both or neither, for each part of a large batch. Rows come in the order
 * of their key, so that two processes that add to the same hours wait for each other and never in a circle.
 */
export async function writeBatch(db: Db, { counts, lines }: Contents): Promise<void> {
  await sql`
    with added as (
      select hour, client_id, api_id, event, outcome, count
      from json_to_recordset(${JSON.stringify(counts.map(toHour))}::json) as added (
        hour timestamptz, client_id text, api_id text, event text, outcome text, count bigint)
    ),
    ${raiseLastUse('clients', 'client_id')},
    ${raiseLastUse('apis', 'api_id')},
    said as (
      insert into request_log (at, client_id, api_id, event, outcome, detail, scope, request_id)
      select at, client_id, api_id, event, outcome, detail, scope, request_id
      from json_to_recordset(${JSON.stringify(lines.map(toLine))}::json) as line (
        at timestamptz, client_id text, api_id text, event text, outcome text, detail text, scope text, request_id text)
      order by at
    )
    insert into usage_hours (hour, client_id, api_id, event, outcome, count)
    select hour, client_id, api_id, event, outcome, count from added
    order by client_id, hour, api_id, event, outcome
    on conflict (client_id, hour, api_id, event, outcome)
      do update set count = usage_hours.count + excluded.count`.execute(db);
}

/** Says of apps or APIs when they were used last: a row is written once an hour, and in the order of the ids as well. */
function raiseLastUse(table: 'clients' | 'apis', column: 'client_id' | 'api_id') {
  const [rows, used, raised] = [sql.table(table), sql.table(`used_${table}`), sql.table(`raised_${table}`)];
  return sql`
    ${used} as (
      select ${rows}.id, latest.hour
      from (select ${sql.ref(column)} as id, max(hour) as hour from added group by 1) as latest
        join ${rows} on ${rows}.id = latest.id
      where ${rows}.last_used_hour is null or ${rows}.last_used_hour < latest.hour
      order by ${rows}.id
      for no key update of ${rows}
    ),
    ${raised} as (
      update ${rows} set last_used_hour = ${used}.hour from ${used} where ${rows}.id = ${used}.id
    )`;
}

/** A batch in parts that one statement each can take. */
export function* partsOf({ counts, lines }: Contents): Generator<Contents> {
  for (let from = 0; from < Math.max(counts.length, lines.length); from += MOST_ROWS) {
    yield { counts: counts.slice(from, from + MOST_ROWS), lines: lines.slice(from, from + MOST_ROWS) };
  }
}

const toHour = ({ hour, clientId, api, event, outcome, count }: Count) => ({
  hour: new Date(hour),
  client_id: clientId,
  api_id: api,
  event,
  outcome,
  count,
});

const toLine = ({ at, clientId, api, event, outcome, detail, scope, requestId }: RequestNote) => ({
  at,
  client_id: clientId,
  api_id: api ?? null,
  event,
  outcome,
  detail: storable(detail),
  scope: storable(scope),
  request_id: requestId ?? null,
});

/** Part of it may be what someone sent: not too long, and nothing that PostgreSQL cannot keep as text. */
const storable = (text: string | undefined) =>
  text === undefined ? null : text.slice(0, 300).toWellFormed().replaceAll('\0', '');
