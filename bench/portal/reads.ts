import { setTimeout } from 'node:timers/promises';
import type { MeasuredPostgres, StatementWork } from '../measure/postgres.ts';

/** What a request makes the database do. */
export interface Reads {
  readonly statements: number;
  /** Rows that it sent back, or changed. */
  readonly rows: number;
  /** Pages of 8 kB that it looked at. */
  readonly pages: number;
}

type Work = ReadonlyMap<string, StatementWork> | undefined;

const TRANSACTION_CONTROL = /^(begin|commit|start transaction|rollback|savepoint|release|set transaction)/i;

/** Counts the statements of requests, and not those that the server sends by itself from time to time. */
export async function createReadsCounter(postgres: MeasuredPostgres, database: string) {
  const work = () => postgres.work(database);
  const before = await work();
  await setTimeout(3000);
  const background = new Set(between(before, await work()).map(({ query }) => query));
  return async (times: number, act: () => Promise<void>): Promise<Reads | undefined> => {
    const start = await work();
    await act();
    const end = await work();
    if (!start || !end) return undefined;
    const own = between(start, end).filter(
      // What runs for each request runs as often as there were requests.
      ({ query, calls }) => calls % times === 0 && !background.has(query) && !TRANSACTION_CONTROL.test(query),
    );
    const sum = (of: (work: StatementWork) => number) => own.reduce((total, one) => total + of(one), 0) / times;
    return { statements: sum(({ calls }) => calls), rows: sum(({ rows }) => rows), pages: sum(({ pages }) => pages) };
  };
}

function between(start: Work, end: Work): (StatementWork & { query: string })[] {
  return [...(end ?? [])].flatMap(([query, now]) => {
    const { calls, rows, pages } = start?.get(query) ?? { calls: 0, rows: 0, pages: 0 };
    const done = { calls: now.calls - calls, rows: now.rows - rows, pages: now.pages - pages };
    return done.calls > 0 ? [{ query, ...done }] : [];
  });
}
