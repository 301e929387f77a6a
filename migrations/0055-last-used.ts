import { type Kysely, sql } from 'kysely';

/** When apps and APIs were used last: a list is sorted by it, and to look it up in the hours of each takes too long. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table clients add column last_used_hour timestamptz`.execute(db);
  await sql`alter table apis add column last_used_hour timestamptz`.execute(db);
  await sql`
    update clients set last_used_hour = used.hour from (
      select id, max(hour) as hour from (
        select client_id as id, max(hour) as hour from usage_hours group by client_id
        union all
        select client_id, date_trunc('hour', max(last_used_at)) from client_secrets group by client_id
      ) as either group by id
    ) as used
    where clients.id = used.id and used.hour is not null`.execute(db);
  await sql`
    update apis set last_used_hour = used.hour from (
      select api_id as id, max(hour) as hour from usage_hours where api_id <> '' group by api_id
    ) as used
    where apis.id = used.id`.execute(db);
}
