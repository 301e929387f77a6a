import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';

export const MOST_PER_PAGE = 100;

/** What every list takes: how many at most, where to go on, and text to look for. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_PER_PAGE).default(25),
  cursor: z.string().max(1000).optional(),
  search: z.string().trim().max(100).optional(),
});

export type PageRequest = z.input<typeof PageQuery>;

/** A part of a list. `next` is the cursor of the part after it; undefined at the end. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly next: string | undefined;
}

/** Where a row stands in a list that is ordered by a time and, within it, by id. */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

/** Cuts a list of which one row more than `limit` was read, to know whether there is more. */
export function toListing<Row>(rows: readonly Row[], limit: number, placeOf: (row: Row) => Place): Listing<Row> {
  const last = rows[limit - 1];
  return { rows: rows.slice(0, limit), next: rows.length > limit && last ? writeCursor(placeOf(last)) : undefined };
}

/**
 * The condition for rows after the cursor, by the names of their columns; without a cursor all are.
 * @throws {AppError} invalid_request for a cursor that we did not make
 */
export function beyond(
  cursor: string | undefined,
  columns: { readonly at: string; readonly id: string },
  order: 'newest' | 'oldest' = 'newest',
): RawBuilder<boolean> {
  if (!cursor) return sql`true`;
  const { at, id } = readCursor(cursor);
  const place = sql`(${sql.ref(columns.at)}, ${sql.ref(columns.id)})`;
  return order === 'newest' ? sql`${place} < (${at}, ${id})` : sql`${place} > (${at}, ${id})`;
}

/** The condition that one of the columns contains the text, whatever the case of its letters. */
export function matching(search: string | undefined, ...columns: readonly string[]): RawBuilder<boolean> {
  if (!search) return sql`true`;
  // Names are kept in this form.
  const pattern = `%${search.normalize('NFC').replace(/[\\%_]/g, '\\$&')}%`;
  const conditions = columns.map((column) => sql`${sql.ref(column)} ilike ${pattern}`);
  return sql`(${sql.join(conditions, sql` or `)})`;
}

function writeCursor({ at, id }: Place): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString('base64url');
}

function readCursor(cursor: string): Place {
  const [, time, id] = /^(\d{1,14}) ([\x21-\x7e]{1,200})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!time || !id) throw new AppError('invalid_request', { detail: t('refusals.badCursor') });
  return { at: new Date(Number(time)), id };
}
