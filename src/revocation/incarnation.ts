/**
 * As part of a statement: the number that names the life of this database. Tokens bear it, and the feed names it; a database
 * that was restored gets another, because its epochs are lower than those of tokens that are out.
 */
export const INCARNATION = `(select (value ->> 'number')::float8 from settings where key = 'incarnation')`;
