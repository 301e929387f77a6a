import { z } from 'zod';
import { type Listing, PageQuery } from '../db/pages.ts';
import { Reason } from '../names/reason.ts';

/** RFC 3339, in UTC. */
export const Time = z.iso.datetime();

/** A moment that a caller gives: RFC 3339 with any offset. */
export const GivenTime = z.iso.datetime({ offset: true, error: 'Give a time such as 2027-01-31T12:00:00Z.' });

export const Id = z.string().max(100);

/** Something that others are named by. */
export const Named = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Named' });

/** What every list takes; a parameter that it does not know is refused, so that a misspelt one is not overlooked. */
export const ListQuery = z.strictObject(PageQuery.shape);

/** The cursor of a list that is ordered by the numbers of its entries. */
export const NumberCursor = z
  .string()
  .regex(/^\d{1,15}$/, 'The cursor is not one of ours. Start again.')
  .optional();

/** Why something is stopped. */
export const Stop = z.strictObject({ reason: Reason }).meta({ id: 'Stop' });

/** A part of a list. `next` is the cursor to ask for what follows; null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next: z.string().nullable() }).meta({ id: `${nameOf(item)}Page` });
}

/** A list that is never longer than one answer has room for. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item) }).meta({ id: `${nameOf(item)}List` });
}

function nameOf(schema: z.ZodType): string {
  const name = z.globalRegistry.get(schema)?.id;
  if (!name) throw new Error('what is listed needs an id, for the name of its list');
  return name;
}

export function presentPage<Row, Item>({ rows, next }: Listing<Row>, present: (row: Row) => Item) {
  return { data: rows.map(present), next: next ?? null };
}
