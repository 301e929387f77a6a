import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { Outbox } from '../mail/outbox.ts';
import { firstOf, requireFewChanges } from './bounds.ts';
import { nameAsRegistered } from './identifiers.ts';
import type { Parsed } from './parse.ts';
import { readyPictures } from './pictures.ts';
import type { Change } from './plan/change.ts';
import { digestOfPlan, type Plan, plan } from './plan/plan.ts';
import { DeclarationError } from './problems.ts';
import { readCurrent } from './read.ts';
import { findMisfits } from './references/references.ts';

export interface ApplyOptions {
  /** Remove what is not in the file. */
  readonly prune: boolean;
  /** Do everything, and then nothing of it. */
  readonly dryRun: boolean;
  /** The digest of the plan that somebody has looked at: nothing else is done. */
  readonly plan?: string | undefined;
}

/**
 * Makes the server what a file says, in one transaction: all of it or nothing. A dry run makes all changes as well, so
 * that it fails as the real one would, and takes them back.
 * @returns what was done, or would be
 * @throws {DeclarationError} with the lines of what does not fit @throws {AppError} precondition_failed for another plan
 */
export async function applyDeclaration(
  db: Kysely<Tables>,
  outbox: Outbox,
  { file, options, by }: { file: Parsed; options: ApplyOptions; by: By },
): Promise<Plan> {
  authorize(by, 'platform.write', null);
  const pictures = await readyPictures(file, by);
  try {
    return await inTransaction(db, async (trx) => {
      await oneAtATime(trx, by.now);
      const current = await readCurrent(trx);
      const wanted = await nameAsRegistered(trx, file.declaration);
      const misfits = findMisfits(wanted, current, { ...options, rules: by.rules });
      if (misfits.length > 0) {
        throw new DeclarationError(firstOf(misfits, ({ path, message }) => ({ line: file.lineOf(path), message })));
      }
      const planned = plan(current, wanted, options);
      requirePlan(planned, options.plan);
      requireFewChanges(planned.changes);
      for (const change of planned.changes)
        await make(change, { db: trx, outbox, by, ids: current.ids, pictures }, file);
      if (options.dryRun) throw new TakenBack(planned);
      return planned;
    });
  } catch (error) {
    if (error instanceof TakenBack) return error.planned;
    throw error;
  }
}

/** @throws {AppError} precondition_failed */
function requirePlan(planned: Plan, expected: string | undefined): void {
  if (expected === undefined || expected === digestOfPlan(planned)) return;
  const detail = 'The file or the server has changed since that plan was made. Look at it again with --dry-run.';
  throw new AppError('precondition_failed', { detail });
}

/** Ends the transaction of a dry run. */
class TakenBack extends Error {
  readonly planned: Plan;

  constructor(planned: Plan) {
    super('a dry run changes nothing');
    this.planned = planned;
  }
}

/** A row that each apply locks until its end, so that the next one plans from what the first has made. */
async function oneAtATime(trx: Transaction<Tables>, now: Date): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key: 'declaration', value: 'true', updated_at: now })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ updated_at: now }))
    .execute();
}

/** @throws {DeclarationError} when the action refuses it, with the line that asks for it */
async function make(change: Change, work: Parameters<Change['run']>[0], file: Parsed): Promise<void> {
  try {
    await change.run(work);
  } catch (error) {
    const messages = reasonsOf(error);
    if (!messages) throw error;
    const line = change.path && file.lineOf(change.path);
    const problems = messages.map((message) => ({ line, message: `${change.subject}: ${message}` }));
    throw new DeclarationError(problems, { cause: error });
  }
}

function reasonsOf(error: unknown): string[] | undefined {
  if (error instanceof AppError) return [error.message];
  if (error instanceof z.ZodError) return error.issues.map(({ message }) => message);
  return undefined;
}
