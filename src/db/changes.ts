import { setTimeout as later } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { CHANNEL } from './announcements.ts';
import type { Database, Db } from './connections/connection.ts';
import { driverOptions } from './connections/driver-options.ts';
import { sessionOf } from './connections/session.ts';
import { SessionClient } from './connections/session-client.ts';
import { markChanged, onCommitted } from './transaction.ts';

/** What changes when an app, a secret, an API, a scope, a subscription or the suspension of a team does. */
export const CLIENT_CACHE_TOPIC = 'catalog';

/** Tells every process, when the transaction commits, that something of this topic has changed. */
export async function announce(db: Db, topic: string): Promise<void> {
  markChanged(db, topic);
  await sql`select pg_notify(${CHANNEL}, ${topic})`.execute(db);
}

/** The same for a topic without a fingerprint of its own: it gets a number that grows. */
export async function announceVersioned(db: Db, topic: string, now: Date): Promise<void> {
  await db
    .insertInto('settings')
    .values({ key: `version:${topic}`, value: '1', updated_at: now })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ value: sql`to_jsonb((settings.value)::int + 1)`, updated_at: now }),
    )
    .execute();
  await announce(db, topic);
}

/** The number of announceVersioned(), as text. */
export async function versionOf(db: Db, topic: string): Promise<string> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', `version:${topic}`).executeTakeFirst();
  return String(row?.value ?? 0);
}

export interface Watch {
  readonly topic: string;
  /** A short text that differs after every change: what polling compares. */
  readonly fingerprint: () => Promise<string>;
  /** Called at once when a change is heard of, before anything else happens. */
  readonly invalidate?: () => void;
  /** Milliseconds without a successful poll after which everything may have changed. */
  readonly trustedFor?: number;
  /**
   * Called after a change: never twice at once, at a limited rate when there are many, and at least once after the
   * last.
   */
  readonly onChange: () => Promise<void>;
}

export interface ChangeWatcher {
  close(): Promise<void>;
}

export interface WatchOptions {
  /** undefined: not by LISTEN, only by polling (behind PgBouncer in transaction mode). */
  readonly listenUrl: string | undefined;
  readonly pollMs: number;
  readonly clock: () => Date;
  readonly onError: (error: unknown) => void;
}

/** Watches topics by LISTEN where there is a connection of its own for it, and always by polling: neither alone is trusted. */
export function watchChanges(database: Database, watches: readonly Watch[], options: WatchOptions): ChangeWatcher {
  const watched = watches.map((watch) => createWatched(watch, options));
  const listener =
    database.kind === 'embedded' ? listenEmbedded(database, watched) : listenNetwork(options.listenUrl, watched);
  const unhear = onCommitted(database.db, (topic) => {
    for (const one of watched) if (one.topic === topic) one.notify();
  });
  const timer = setInterval(() => {
    for (const one of watched) one.poll();
  }, options.pollMs);
  timer.unref();
  return {
    async close() {
      unhear();
      clearInterval(timer);
      await listener.close();
      await Promise.all(watched.map((one) => one.close()));
    },
  };
}

/** Milliseconds after a change that was told of in which others are only noted, so that many do not cost much. */
const REST = 100;

interface Watched {
  readonly topic: string;
  notify(): void;
  poll(): void;
  close(): Promise<void>;
}

function createWatched(watch: Watch, { clock, onError }: WatchOptions): Watched {
  let known: string | undefined;
  let polledAt = clock().getTime();
  let running: Promise<void> | undefined;
  let again = false;
  const closed = new AbortController();

  const work = async (force: boolean) => {
    const askedAt = clock().getTime();
    const print = await watch.fingerprint();
    polledAt = askedAt;
    if (!force && print === known) return;
    watch.invalidate?.();
    await watch.onChange();
    known = print;
  };
  const fail = (error: unknown) => {
    onError(error);
    if (clock().getTime() - polledAt > (watch.trustedFor ?? Number.POSITIVE_INFINITY)) watch.invalidate?.();
  };
  const run = (force: boolean) => {
    if (running !== undefined) {
      again ||= force;
      return;
    }
    running = work(force)
      .catch(fail)
      .then(() => (force ? setTimeout(REST, undefined, { signal: closed.signal }) : undefined))
      .catch(() => {})
      .finally(() => {
        running = undefined;
        if (!again || closed.signal.aborted) return;
        again = false;
        run(true);
      });
  };
  return {
    topic: watch.topic,
    notify: () => {
      try {
        watch.invalidate?.();
      } catch (error) {
        // The caller has committed by now, and has other listeners to tell.
        onError(error);
      }
      run(true);
    },
    poll: () => run(false),
    async close() {
      closed.abort();
      await running;
    },
  };
}

function listenEmbedded(database: Database, watched: readonly Watched[]) {
  const unlisten = database.listen?.(CHANNEL, (topic) => {
    for (const one of watched) if (one.topic === topic) one.notify();
  });
  return { close: async () => (await unlisten)?.() };
}

/** A connection of its own, made again whenever it breaks; what was missed meanwhile is found by polling. */
function listenNetwork(url: string | undefined, watched: readonly Watched[]) {
  let client: SessionClient | undefined;
  let closed = url === undefined;
  const connect = async () => {
    if (closed || url === undefined) return;
    const fresh = new SessionClient({
      ...driverOptions(url),
      application_name: 'latchkey-listen',
      keepAlive: true,
      session: sessionOf(true),
    });
    client = fresh;
    fresh.on('error', () => {});
    fresh.on('end', () => {
      if (!closed) later(connectAgain, 1000).unref();
    });
    fresh.on('notification', ({ payload }) => {
      for (const one of watched) if (one.topic === payload) one.notify();
    });
    await fresh.connect();
    await fresh.query(`listen ${CHANNEL}`);
    for (const one of watched) one.notify();
  };
  const connectAgain = () => {
    connect().catch(() => client?.end().catch(() => {}));
  };
  connectAgain();
  return {
    async close() {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}
