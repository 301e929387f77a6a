import { PGlite } from '@electric-sql/pglite';
import { jest } from '@jest/globals';
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
