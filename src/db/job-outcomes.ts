import { sql } from 'kysely';
import type { Db } from './connections/connection.ts';

/** How one piece of background work went. */
export interface JobOutcome {
  readonly name: string;
  /** What it failed with: the kind of error, without its text, which may quote what is in rows. */
  readonly failure: string | undefined;
}

/** Keeps how work went: for each name the last success and the last failure. */
export async function saveOutcomes(db: Db, outcomes: readonly JobOutcome[], now: Date): Promise<void> {
  if (outcomes.length === 0) return;
  const rows = outcomes.map(({ name, failure }) => ({
    name,
    succeeded_at: failure === undefined ? now : null,
    failed_at: failure === undefined ? null : now,
    failure: failure ?? null,
  }));
  await db
    .insertInto('job_outcomes')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({
        succeeded_at: sql`coalesce(excluded.succeeded_at, job_outcomes.succeeded_at)`,
        failed_at: sql`coalesce(excluded.failed_at, job_outcomes.failed_at)`,
        failure: sql`coalesce(excluded.failure, job_outcomes.failure)`,
      }),
    )
    .execute();
}

export const listOutcomes = (db: Db) => db.selectFrom('job_outcomes').selectAll().orderBy('name').execute();
