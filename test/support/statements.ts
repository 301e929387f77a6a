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

const isEmbedded = process.env.TEST_ON === 'embedded';
const { prototype } = DefaultQueryExecutor;
const { withConnectionProvider } = prototype;
/** Those that keep a connection to themselves: of a transaction, usually. */
const keepers = new WeakSet<QueryExecutor>();
prototype.withConnectionProvider = function (...provider) {
  const keeper = withConnectionProvider.apply(this, provider);
  keepers.add(keeper);
  return keeper;
};

/**
 * Lets something happen once, right after the database has answered a statement that contains `text`, the nth of them. The embedded database has
 * just one connection: whatever happened inside of a transaction would wait for the transaction, and it for what happens. So where `text` is
 * empty, the statements of transactions do not count there.
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
    if (!query.sql.includes(text) || (text === '' && isEmbedded && keepers.has(this))) return answer;
    seen += 1;
    if (seen === nth) {
      spy.mockRestore();
      await happening();
    }
    return answer;
  } as typeof execute);
}
