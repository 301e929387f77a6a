import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';

const KEY = 'longest-token-lifetime';

/**
 * As a part of a statement: the longest life of a token that may be out, in seconds, of what APIs give out today, and of what
 * they gave until lately. complete_epoch() in migrations/0042-epochs-of-names.ts says the same.
 * @param at how the statement writes the time
 */
export const longestLifetimeAt = (at: string) => `(select greatest(
    300,
    (select max(token_lifetime) from apis),
    (select (value ->> 'seconds')::int from settings
      where key = '${KEY}' and (value ->> 'until')::int8 > extract(epoch from ${at}) * 1000)))`;

/**
 * Notes, before an API's tokens get a shorter life or the API goes, that tokens with the longer life are out: what is
 * revoked from now on must be remembered until the last of them has expired. By the database's time.
 */
export async function noteLongerLifetime(db: Db, seconds: number): Promise<void> {
  const longest = sql.raw(longestLifetimeAt('clock_timestamp()'));
  await sql`
    insert into settings (key, value, updated_at)
    select ${KEY}, jsonb_build_object('seconds', longest, 'until', (extract(epoch from at) * 1000)::int8 + longest * 1000), at
    from (select greatest(${seconds}::int, ${longest}) as longest, clock_timestamp() as at) as noted
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`.execute(db);
}
