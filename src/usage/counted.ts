import { type RawBuilder, sql } from 'kysely';
import { ORDINARY } from './outcomes.ts';
import type { Window } from './series.ts';

/** Fragments of SQL over `usage_hours`. */

/** The number of the part of a window that an hour is in. Without parameters, so that a query can have it twice and group by it. */
export const partOf = ({ starts }: Window): RawBuilder<number> =>
  sql<number>`width_bucket(usage_hours.hour, ${sql.lit(`{${starts.map((at) => at.toISOString()).join()}}`)}::timestamptz[])`;

const ordinary = sql.join(ORDINARY.map((outcome) => sql.lit(outcome)));

/** Added up as floating-point numbers, exact to 2^53: bigints would be added as decimals, which takes three times as long. */
export const calls: RawBuilder<number> = sql<number>`coalesce(sum(usage_hours.count::float8), 0)::int8`;
export const failures: RawBuilder<number> = sql<number>`
  coalesce(sum(usage_hours.count::float8) filter (where usage_hours.outcome not in (${ordinary})), 0)::int8`;
