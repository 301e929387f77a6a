import { z } from 'zod';
import { AppError } from '../errors.ts';

/** Which part of a long list is asked for: what every list takes. */
export const PageRequest = z.object({
  /** Part of a name or another word of what is looked for. */
  search: z.string().trim().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** From the page before. */
  cursor: z.string().max(200).optional(),
});

export type PageRequest = z.input<typeof PageRequest>;

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** For the page after this one; undefined at the end. */
  readonly next: string | undefined;
}

/** The last row of a page: lists are ordered by these two. */
export interface Position {
  readonly created_at: Date;
  readonly id: string;
}

/** @throws {AppError} invalid_request for a cursor that no list gave out */
export function readCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const created_at = new Date(time);
  if (Number.isNaN(created_at.getTime()) || !/^[\w-]{1,80}$/.test(id)) {
    throw new AppError('invalid_request', { detail: 'The cursor is not one that a list gave out.' });
  }
  return { created_at, id };
}

/** A page from rows of which one more was read than it holds. */
export function toPage<Row extends Position>(rows: readonly Row[], limit: number): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length <= limit || !last) return { rows: page, next: undefined };
  return { rows: page, next: Buffer.from(`${last.created_at.toISOString()} ${last.id}`).toString('base64url') };
}

/** A pattern for LIKE that finds the text anywhere, and takes none of its letters for a wildcard. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;
}
