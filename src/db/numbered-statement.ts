import { CompiledQuery } from 'kysely';
import type { Db } from './connections/connection.ts';
import { PREPARED } from './connections/session-client.ts';
import type { ColumnTypes } from './statement.ts';

/** What belongs to one of several changes of a kind. */
export interface Numbered {
  readonly number: number;
  readonly row: object;
}

const NUMBER = 'number';

/**
 * Several changes of one kind as one statement, each with a number. `basis` gives the numbers of those that are made, and
 * the rows of others are not written. Its text does not depend on how many they are, so it is prepared once.
 */
export class NumberedStatement {
  readonly #parts: string[] = [];
  readonly #values: unknown[] = [];

  /**
   * The rows as a part of its own, with their numbers. The limit is their number; PostgreSQL does not know it when it plans, counts on
   * a single row, and so never reads a whole table, however small it was when the statement was planned.
   */
  given(name: string, types: ColumnTypes, rows: readonly Numbered[]): void {
    const numbers = this.#parameter(
      rows.map(({ number }) => number),
      'int[]',
    );
    const columns = Object.entries(types).map(([column, type]) =>
      this.#parameter(
        rows.map(({ row }) => (row as Record<string, unknown>)[column] ?? null),
        `${type}[]`,
      ),
    );
    const limit = this.#parameter(rows.length, 'int');
    const names = [NUMBER, ...Object.keys(types)].join();
    this.add(name, `select * from unnest(${[numbers, ...columns].join()}) as given (${names}) limit ${limit}`);
  }

  add(name: string, query: string): void {
    this.#parts.push(`${name} as (${query})`);
  }

  /** Needs a part called `basis`, with numbers. */
  insert(table: string, types: ColumnTypes, rows: readonly Numbered[]): void {
    const given = `new_${table}`;
    const names = Object.keys(types).join();
    this.given(given, types, rows);
    this.add(
      `into_${table}`,
      `insert into ${table} (${names}) select ${names} from basis join ${given} using (${NUMBER})`,
    );
  }

  /** @returns the numbers of what was done */
  async run(db: Db): Promise<ReadonlySet<number>> {
    const text = `${PREPARED} with ${this.#parts.join()} select ${NUMBER} from basis`;
    const { rows } = await db.executeQuery<{ number: number }>(CompiledQuery.raw(text, this.#values));
    return new Set(rows.map(({ number }) => number));
  }

  #parameter(value: unknown, type: string): string {
    return `$${this.#values.push(value)}::${type}`;
  }
}
