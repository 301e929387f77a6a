import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import type { Db } from './connections/connection.ts';
import type { Listing } from './pages.ts';

/** What a list can be sorted by. */
export interface SortKey {
  readonly of: RawBuilder<unknown>;
  readonly type: 'text' | 'time' | 'number';
  /** null is lower than everything. */
  readonly nullable?: true;
}

/** How a list can be sorted: by one of its keys, and among equals by an id, so that its order is the same each time. */
export interface Order<Name extends string> {
  readonly keys: Readonly<Record<Name, SortKey>>;
  readonly id: RawBuilder<unknown>;
  readonly usual: Sort<Name>;
}

/** As it stands in addresses; with a minus the highest comes first. */
export type Sort<Name extends string> = Name | `-${Name}`;

/** All that a list can be sorted by, for the schema of its query. */
export const sortsOf = <Name extends string>(...names: readonly Name[]) =>
  names.flatMap((name): Sort<Name>[] => [name, `-${name}`]);

export const isFalling = (sort: string) => sort.startsWith('-');
export const keyOf = (sort: string) => sort.replace(/^-/, '');

interface Asked<Name extends string> {
  readonly sort?: Sort<Name> | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/**
 * The parts of a query that reads a sorted list from a cursor on. A cursor is of one sort: it says where the last row stood there.
 * @throws {AppError} invalid_request for a cursor that we did not make, or made for another sort
 */
export function arrange<Name extends string>(order: Order<Name>, asked: Asked<Name>) {
  const sort = asked.sort ?? order.usual;
  const key: SortKey = order.keys[keyOf(sort) as Name];
  const { shown, stands, given } = placesBy(key);
  const direction = isFalling(sort) ? sql`desc` : sql`asc`;
  return {
    /** To be selected: where a row stands, for the cursor. */
    place: shown.as('place'),
    beyond: asked.cursor ? beyond(readCursor(asked.cursor, sort, key.type)) : sql<boolean>`true`,
    orderBy: sql`${stands} ${direction}, ${order.id} ${direction}`,
    /** One more than is shown, to know whether there is more. */
    limit: asked.limit + 1,
    toListing<Row extends { id: string | number; place: string }>(rows: readonly Row[]): Listing<Row> {
      const last = rows[asked.limit - 1];
      const more = rows.length > asked.limit && last;
      return { rows: rows.slice(0, asked.limit), next: more ? writeCursor(sort, last) : undefined };
    },
  };

  function beyond({ place, id }: { place: string; id: string }): RawBuilder<boolean> {
    const [here, there] = [sql`(${stands}, ${order.id})`, sql`(${given(place)}, ${id})`];
    return isFalling(sort) ? sql<boolean>`${here} < ${there}` : sql<boolean>`${here} > ${there}`;
  }
}

interface Places {
  /** By what rows are compared. */
  readonly stands: RawBuilder<unknown>;
  /** The same as text. */
  readonly shown: RawBuilder<string>;
  /** And back. */
  readonly given: (place: string) => RawBuilder<unknown>;
}

function placesBy({ of, type, nullable }: SortKey): Places {
  const or = (least: RawBuilder<unknown>) => (nullable ? sql`coalesce(${of}, ${least})` : of);
  switch (type) {
    case 'text': {
      const stands = or(sql`''`);
      return { stands, shown: sql<string>`${stands}`, given: (place) => sql`${place}::text` };
    }
    case 'number': {
      const stands = or(sql`0`);
      return { stands, shown: sql<string>`${stands}::text`, given: (place) => sql`${place}::int8` };
    }
    case 'time':
      return {
        stands: or(sql`'-infinity'::timestamptz`),
        // Microseconds, all that PostgreSQL knows of a time.
        shown: sql<string>`coalesce((extract(epoch from ${of}) * 1000000)::int8::text, '')`,
        given: (place) =>
          place === '' ? sql`'-infinity'::timestamptz` : sql`to_timestamp(${Number(place)}::float8 / 1000000)`,
      };
  }
}

const PLACES: Readonly<Record<SortKey['type'], RegExp>> = {
  text: /^[^\0]{0,400}$/u,
  number: /^\d{1,15}$/,
  time: /^\d{0,16}$/,
};

function writeCursor(sort: string, { id, place }: { id: string | number; place: string }): string {
  return Buffer.from([sort, id, place].join(' ')).toString('base64url');
}

function readCursor(cursor: string, sort: string, type: SortKey['type']): { place: string; id: string } {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, of, id, place] = /^(-?[a-z]{1,20}) ([\x21-\x7e]{1,200}) (.*)$/su.exec(text) ?? [];
  if (of !== sort || id === undefined || place === undefined || !PLACES[type].test(place)) {
    throw new AppError('invalid_request', { detail: t('refusals.badCursor') });
  }
  return { place, id };
}

/** Rows are counted up to so many: a count of more would read a whole table for a number that nobody needs. */
export const MOST_COUNTED = 1000;

/** How many rows a query has, at most one more than `most`. */
export async function countRows<DB, Table extends keyof DB>(
  db: Db,
  rows: SelectQueryBuilder<DB, Table, unknown>,
  most = MOST_COUNTED,
): Promise<number> {
  const some = rows.select(sql.lit(1).as('one')).limit(most + 1);
  const found = await sql<{ count: number }>`select count(*) as count from (${some}) as found`.execute(db);
  return Number(found.rows[0]?.count);
}
