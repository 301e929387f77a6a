import { PGlite } from '@electric-sql/pglite';
import { jest } from '@jest/globals';
import { DefaultQueryExecutor, type QueryExecutor } from 'kysely';
import pg from 'pg';

/** The statements that this process sends to a database, of either kind, while `work` runs. */
export async function statementsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const spies = [jest.spyOn(pg.Client.prototype, 'query'), jest.spyOn(PGlite.prototype, 'query')];
  try {
    await work();
    return spies.flatMap((spy) => spy.mock.calls.map(([query]) => textOf(query)));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const textOf = (query: unknown) => (typeof query === 'string' ? query : String((query as { text?: string }).text));

/**
 * Lets something happen once, right after the database has answered a statement that contains `text`, the nth of them. Where there is just one
 * connection it is free again by then, except in a transaction.
 */
export function afterStatement(text: string, happening: () => Promise<unknown>, nth = 1): void {
  let seen = 0;
  const executor = Object.getPrototypeOf(DefaultQueryExecutor.prototype) as QueryExecutor;
  const execute = executor.executeQuery;
  const spy = jest.spyOn(executor, 'executeQuery').mockImplementation(async function (
    this: QueryExecutor,
    ...[query, ...rest]: Parameters<QueryExecutor['executeQuery']>
  ) {
    const answer = await execute.call(this, query, ...rest);
    if (!query.sql.includes(text)) return answer;
    seen += 1;
    if (seen === nth) {
      spy.mockRestore();
      await happening();
    }
    return answer;
  } as typeof execute);
}
