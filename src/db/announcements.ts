import { sql } from 'kysely';
import type { Db } from './connections/connection.ts';

/** What the processes listen on. */
export const CHANNEL = 'latchkey';

/** Milliseconds after a notification in which the next ones are gathered. */
const REST = 20;

/** What is to be told at the end of the rest; undefined when there is none. */
const gathered = new WeakMap<Db, Set<string>>();

/**
 * Tells every process of changes that are committed. A transaction that notifies lets no other such transaction commit until
 * its own commit is on disk. A notification of its own writes nothing to disk, and one is enough for all that came in a while.
 * The first is sent before this returns. When one cannot be sent, the other processes find the change by polling.
 */
export async function tellOthers(db: Db, topics: readonly string[]): Promise<void> {
  if (topics.length === 0) return;
  const waiting = gathered.get(db);
  if (waiting) {
    for (const topic of topics) waiting.add(topic);
    return;
  }
  gathered.set(db, new Set());
  setTimeout(() => tellGathered(db), REST).unref();
  await send(db, topics);
}

function tellGathered(db: Db): void {
  const topics = [...(gathered.get(db) ?? [])];
  gathered.delete(db);
  tellOthers(db, topics).catch(() => {});
}

async function send(db: Db, topics: readonly string[]): Promise<void> {
  try {
    await sql`select pg_notify(${CHANNEL}, topic) from unnest(${topics}::text[]) as told (topic)`.execute(db);
  } catch {
    // The change itself is committed, and polling finds it.
  }
}
