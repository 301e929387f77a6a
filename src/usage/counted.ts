import { type RawBuilder, sql } from 'kysely';
import { ORDINARY } from './outcomes.ts';
import type { Window } from './series.ts';

/** Fragments of SQL over `usage_hours`. */

/** Which part of a window an hour is in. `date_part` and not `extract`, whose numeric arithmetic takes twice as long. */
export const partOf = ({ from, step }: Window): RawBuilder<number> =>
  sql<number>`floor(date_part('epoch', usage_hours.hour - ${from}::timestamptz) / ${sql.lit(step * 3600)})::int`;

const ordinary = sql.join(ORDINARY.map((outcome) => sql.lit(outcome)));

export const calls: RawBuilder<number> = sql<number>`coalesce(sum(usage_hours.count), 0)::int8`;
export const failures: RawBuilder<number> = sql<number>`
  coalesce(sum(usage_hours.count) filter (where usage_hours.outcome not in (${ordinary})), 0)::int8`;
