import { recordEach } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import { NumberedStatement } from '../../db/numbered-statement.ts';
import type { ColumnTypes } from '../../db/statement.ts';
import { hashOf } from './artifacts.ts';
import { type By, IS_GOOD, ISSUED, RETRY, type Writes } from './writes.ts';

/** An exchange that uses up a code or token. */
export interface Order {
  readonly writes: Writes & { readonly consumed: { readonly model: string; readonly id: string } };
  readonly by: By;
}

const USED: ColumnTypes = { id_hash: 'bytea', model: 'text', consumed_at: 'timestamptz' };

/** A row that somebody else has locked is left out: the others do not wait for it, and no two statements for each other. */
const FREE = `select asked.number, asked.id_hash, asked.model, asked.consumed_at
  from asked join artifacts on artifacts.id_hash = asked.id_hash and artifacts.model = asked.model
  where artifacts.consumed_at is null
  for no key update of artifacts skip locked`;

const USE = `update artifacts set consumed_at = free.consumed_at from free
  where artifacts.id_hash = free.id_hash and artifacts.model = free.model and ${IS_GOOD}
  returning free.number`;

/**
 * What write() does, for several exchanges in one statement. Each is judged by itself: one that may not use its code or token
 * writes nothing, and the others are not touched by that. Of two with the same token one uses it.
 * @returns the places of those that used theirs. What became of the others is not known: somebody may hold the row.
 */
export async function writeTogether(db: Db, orders: readonly Order[]): Promise<ReadonlySet<number>> {
  const statement = new NumberedStatement();
  const asked = orders.map(({ writes: { consumed }, by }, number) => ({
    number,
    row: { id_hash: hashOf(consumed.id), model: consumed.model, consumed_at: by.now },
  }));
  const rowsOf = (of: 'issued' | 'retries') =>
    orders.flatMap(({ writes }, number) => writes[of].map((row) => ({ number, row })));
  statement.given('asked', USED, asked);
  statement.add('free', FREE);
  statement.add('basis', USE);
  statement.insert('artifacts', ISSUED, rowsOf('issued'));
  statement.insert('refresh_retries', RETRY, rowsOf('retries'));
  const changes = orders.map(({ writes: { events }, by: { actor, now } }, number) => ({
    number,
    actor: actor(),
    events,
    now,
  }));
  recordEach(statement, changes);
  return statement.run(db);
}
