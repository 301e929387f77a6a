/**
 * What every connection asks PostgreSQL for at its beginning, so that what is set for a role or a database changes
 * nothing for us. PgBouncer knows these, and keeps them for each of its clients. In the words that PostgreSQL reports
 * them in, or PgBouncer would set them anew for each transaction.
 */
const ANYWHERE = { DateStyle: 'ISO, MDY', TimeZone: 'UTC', standard_conforming_strings: 'on' } as const;

/** Tells a connection of our own from one that somebody lends us: no pooler hands this on. */
export const OWN_SESSION = 'latchkey.session';

/** What only a connection of our own takes. Limits of time come from us, where there are to be any. */
const OF_OUR_OWN = {
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  array_nulls: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  [OWN_SESSION]: 'own',
} as const;

export type Session = Readonly<Record<string, string>>;

export const sessionOf = (own: boolean): Session => (own ? { ...ANYWHERE, ...OF_OUR_OWN } : ANYWHERE);
