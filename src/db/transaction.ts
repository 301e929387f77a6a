import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables/tables.ts';

/** SQLSTATEs after which the same transaction may well succeed: serialization failure and deadlock. */
const RETRIABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 5;

/** Runs a whole transaction, and again from the start when the database says that trying again may help. */
export async function retrying<T>(db: Kysely<Tables>, transact: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transact();
    } catch (error) {
      if (attempt === ATTEMPTS || !isRetriable(error)) throw error;
      noteRetried(db, error);
    }
  }
}

/** Something is run again; counted where the error is why that may help. */
export function noteRetried(db: Kysely<Tables>, error: unknown): void {
  if (isRetriable(error)) retryListeners.get(db)?.(error.code);
}

/** Who in this process wants to hear of transactions that are run again. */
const retryListeners = new WeakMap<Kysely<Tables>, (sqlstate: string) => void>();

export function onRetried(db: Kysely<Tables>, hear: (sqlstate: string) => void): void {
  retryListeners.set(db, hear);
}

/**
 * Runs `work` in one transaction, and again when that may help. Inside of a transaction it becomes part of that one.
 */
export async function inTransaction<T>(db: Kysely<Tables>, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work(db as Transaction<Tables>);
  const topics = new Set<string>();
  const result = await retrying(db, () => {
    topics.clear();
    return db.transaction().execute((trx) => {
      changed.set(trx, topics);
      return work(trx);
    });
  });
  tell(db, topics);
  return result;
}

/** What a transaction has changed, and who in this process wants to hear of it: at once when it commits, or never. */
const changed = new WeakMap<Kysely<Tables>, Set<string>>();
const listeners = new WeakMap<Kysely<Tables>, Set<(topic: string) => void>>();

/** Says that a topic has changed. @see changes.ts for the other processes */
export function markChanged(db: Kysely<Tables>, topic: string): void {
  const topics = changed.get(db);
  if (topics) topics.add(topic);
  else tell(db, [topic]);
}

/** Hears of the changes that commit on this pool. @returns how to stop */
export function onCommitted(db: Kysely<Tables>, hear: (topic: string) => void): () => void {
  const heard = listeners.get(db) ?? new Set();
  listeners.set(db, heard.add(hear));
  return () => heard.delete(hear);
}

function tell(db: Kysely<Tables>, topics: Iterable<string>): void {
  for (const topic of topics) {
    for (const hear of listeners.get(db) ?? []) hear(topic);
  }
}

/** Whether a database error says that the same transaction may succeed when run again. */
export function isRetriable(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && RETRIABLE.has(String(error.code));
}

/** Whether an insert failed because the row is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}

/** Whether something was written that names a row that is not there, or a row removed that others name. */
export function isMissingReference(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23503';
}
