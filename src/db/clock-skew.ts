import { sql } from 'kysely';
import type { Db } from './connections/connection.ts';

/** Milliseconds by which the clock of the database is ahead of ours. */
export async function clockAhead(db: Db, clock: () => Date): Promise<number> {
  const before = clock().getTime();
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(db);
  return aheadOf(rows[0]?.at.getTime() ?? before, before, clock().getTime());
}

/** The same of a time that was read somewhere between two of ours; within them nothing can be said. */
export function aheadOf(theirs: number, before: number, after: number): number {
  if (theirs > after) return theirs - after;
  return theirs < before ? theirs - before : 0;
}
