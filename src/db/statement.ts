import { CompiledQuery } from 'kysely';
import { CHANNEL, tellOthers } from './announcements.ts';
import type { Db } from './connections/connection.ts';
import { PREPARED } from './connections/session-client.ts';
import { markChanged, retrying } from './transaction.ts';

/** A column's type: without it PostgreSQL would not know what is in a list of values. */
export type ColumnTypes = Readonly<Record<string, 'boolean' | 'bytea' | 'int4' | 'jsonb' | 'text' | 'timestamptz'>>;

/**
 * Several writes as one statement, which is one round trip and a transaction of its own. Everything is done from the rows of
 * `basis`: if it has none, nothing happens. Put together by hand, for Kysely takes longer to build one than PostgreSQL to
 * run it; the text depends on the number of rows and not on what is in them, so few are prepared.
 */
export class Statement {
  readonly #parts: string[] = [];
  readonly #values: unknown[] = [];
  readonly #topics: string[] = [];
  #basis = 'select 1 as one';

  /** @returns how to write the value */
  parameter(value: unknown, type: string): string {
    return `$${this.#values.push(value)}::${type}`;
  }

  /** What everything else depends on. It gives one row or none. */
  basis(query: string): void {
    this.#basis = query;
  }

  /** Anything that writes. It has to look at `basis` itself. @returns what later parts call it */
  add(query: string): string {
    return `part${this.#parts.push(query)}`;
  }

  /** @param derived columns that are made of the row (`added`) and of `basis`: how to write them */
  insert(
    table: string,
    types: ColumnTypes,
    rows: readonly object[],
    derived: Readonly<Record<string, string>> = {},
  ): void {
    if (rows.length === 0) return;
    const columns = Object.entries(types);
    const lists = (rows as Record<string, unknown>[]).map(
      (row) => `(${columns.map(([name, type]) => this.parameter(row[name], type)).join()})`,
    );
    const names = Object.keys(types);
    const values = names.map((name) => derived[name] ?? `added.${name}`);
    this.add(`insert into ${table} (${names.join()})
      select ${values.join()} from basis, (values ${lists.join()}) as added (${names.join()})`);
  }

  /** Tells every process when it is done: with the commit of the transaction that it is a part of, or after its own. */
  announce(topic: string): void {
    this.#topics.push(topic);
  }

  /** @returns whether there was a basis */
  async run(db: Db): Promise<boolean> {
    const withCommit = db.isTransaction ? this.#topics : [];
    const told = withCommit.map((topic) => `, pg_notify('${CHANNEL}', ${this.parameter(topic, 'text')})`);
    const parts = [this.#basis, ...this.#parts].map(
      (part, index) => `${index ? `part${index}` : 'basis'} as (${part})`,
    );
    const text = `${PREPARED} with ${parts.join()} select one${told.join('')} from basis`;
    const execute = () => db.executeQuery(CompiledQuery.raw(text, this.#values));
    const { rows } = await (db.isTransaction ? execute() : retrying(db, execute));
    if (rows.length === 0) return false;
    for (const topic of this.#topics) markChanged(db, topic);
    if (!db.isTransaction) await tellOthers(db, [...new Set(this.#topics)]);
    return true;
  }
}
