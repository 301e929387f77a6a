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

/** Lets something happen once, right after the database has answered a statement that contains `text`. */
export function afterStatement(text: string, happening: () => Promise<unknown>): void {
  const prototypes = [pg.Client.prototype, PGlite.prototype] as { query: (...order: unknown[]) => unknown }[];
  const spies = prototypes.map((prototype) => {
    const { query } = prototype;
    return jest.spyOn(prototype, 'query').mockImplementation(async function (this: unknown, ...order) {
      const answer = await query.apply(this, order);
      if (textOf(order[0]).includes(text)) {
        for (const spy of spies) spy.mockRestore();
        await happening();
      }
      return answer;
    });
  });
}
