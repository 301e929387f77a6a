import { CompiledQuery } from 'kysely';
import type { Db } from '../db/connections/connection.ts';

const KEY = 'longest-token-lifetime';

/**
 * As a part of a statement: the longest life of a token that may be out, in seconds, of what APIs give out today, and of what
 * they gave until lately.
 * @param at how the statement writes the time
 */
export const longestLifetimeAt = (at: string) => `(select greatest(
    300,
    (select max(token_lifetime) from apis),
    (select (value ->> 'seconds')::int from settings
      where key = '${KEY}' and (value ->> 'until')::int8 > extract(epoch from ${at}) * 1000)))`;

/** The same for now. */
export async function longestTokenLifetime(db: Db, now: Date): Promise<number> {
  const query = `select ${longestLifetimeAt('$1::timestamptz')} as longest`;
  const { rows } = await db.executeQuery<{ longest: number }>(CompiledQuery.raw(query, [now]));
  return Number(rows[0]?.longest ?? 300);
}

/**
 * Notes, before an API's tokens get a shorter life or the API goes, that tokens with the longer life are out: what is
 * revoked from now on must be remembered until the last of them has expired.
 */
export async function noteLongerLifetime(db: Db, seconds: number, now: Date): Promise<void> {
  const longest = Math.max(seconds, await longestTokenLifetime(db, now));
  const value = JSON.stringify({ seconds: longest, until: now.getTime() + longest * 1000 });
  await db
    .insertInto('settings')
    .values({ key: KEY, value, updated_at: now })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: now }))
    .execute();
}
