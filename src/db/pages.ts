import { z } from 'zod';
import { AppError } from '../errors.ts';

/** Which page of a list is wanted. */
export const PageRequest = z.strictObject({
  limit: z.int().min(1).max(100).default(50),
  /** `next` of the page before. */
  cursor: z.string().max(300).optional(),
});

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The cursor of the page after this one; undefined on the last page. */
  readonly next: string | undefined;
}

/** What lists are ordered by: the newest first, and the id where two are of the same time. */
export interface Position {
  readonly created_at: Date;
  readonly id: string;
}

/** Opaque to those who send it back. */
export function cursorOf({ created_at, id }: Position): string {
  return Buffer.from(JSON.stringify([created_at.toISOString(), id])).toString('base64url');
}

const Cursor = z.tuple([z.iso.datetime().transform((text) => new Date(text)), z.string().max(200)]);

/** Where the page before ended; undefined for the first page. @throws {AppError} invalid_request for what is no cursor of ours */
export function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [created_at, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { created_at, id };
  } catch (cause) {
    throw new AppError('invalid_request', {
      detail: 'The cursor is not one of this list. Start at its first page.',
      cause,
    });
  }
}

/** A page of rows that were asked for with a limit of one more, which says whether there is another page. */
export function toPage<Row extends Position>(rows: readonly Row[], limit: number): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last && rows.length > limit ? cursorOf(last) : undefined };
}

/** A search term as a LIKE pattern that finds it anywhere. */
export const likeAnywhere = (term: string) => `%${term.replace(/[\\%_]/g, '\\$&')}%`;
