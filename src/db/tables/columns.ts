import type { ColumnType } from 'kysely';

/** jsonb: an object when read, text when written. */
export type Json<T> = ColumnType<T, string, string>;
/** timestamptz */
export type Timestamp = ColumnType<Date, Date, Date>;
/** timestamptz that is written once. */
export type Created = ColumnType<Date, Date, never>;
/** Read as one type, written as another. */
export type Unset<Read, Written> = ColumnType<Read, Written, Written>;
/** null until something happens; an insert need not name it. */
export type Late<T> = ColumnType<T | null, T | null | undefined, T | null>;
/** Has a default in the database, and only these values. */
export type Defaulted<T> = ColumnType<T, T | undefined, T>;
