import { z } from 'zod';
import type { Listing } from '../db/pages.ts';

/** RFC 3339, in UTC. */
export const Time = z.iso.datetime();

/** A part of a list. `next` is the cursor to ask for what follows; null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next: z.string().nullable() });
}

export function presentPage<Row, Item>({ rows, next }: Listing<Row>, present: (row: Row) => Item) {
  return { data: rows.map(present), next: next ?? null };
}
