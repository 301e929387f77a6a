import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { record } from '../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { revoke, TOO_MANY_REVOKED } from './revoke.ts';

/** What one app may have in the feed: single tokens and grants that were revoked. */
export interface RevocationCap {
  /** To be called after each revocation of a token or grant of an app: looks at the app now and then. */
  note(clientId: string): Promise<void>;
  /** Looks at all apps. @returns how many had too many */
  holdAll(): Promise<number>;
}

/** So often an app is looked at, by how many of its tokens this process has revoked, as a part of what it may have. */
const LOOKS = 10;
/** The apps that are counted at a time. */
const MOST_COUNTED = 10_000;

/**
 * Holds the single entries of each app to `most`. At more, all access tokens of that app end, by one entry, and the single ones
 * go: what an app revokes one by one makes no work for the verifiers of others. Its grants stay, so it gets new tokens at once.
 */
export function createRevocationCap(parts: { db: Kysely<Tables>; most: number; clock: () => Date }): RevocationCap {
  const { db, most, clock } = parts;
  const counted = new Map<string, number>();
  const every = Math.max(1, Math.floor(most / LOOKS));
  return {
    async note(clientId) {
      const count = (counted.get(clientId) ?? 0) + 1;
      if (counted.size >= MOST_COUNTED) counted.clear();
      counted.set(clientId, count % every);
      if (count === every) await hold(db, await findTooMany(db, most, clientId), clock());
    },
    holdAll: async () => hold(db, await findTooMany(db, most), clock()),
  };
}

interface TooMany {
  readonly client_id: string;
  readonly count: number;
}

async function findTooMany(db: Db, most: number, clientId?: string): Promise<TooMany[]> {
  const ofOne = clientId === undefined ? sql`client_id is not null` : sql`client_id = ${clientId}`;
  const { rows } = await sql<TooMany>`
    select client_id, count(*)::int as count from revocations
    where ${ofOne} and kind in ('token', 'grant') and forget_at > now()
    group by client_id having count(*) > ${most}`.execute(db);
  return rows;
}

async function hold(db: Kysely<Tables>, apps: readonly TooMany[], now: Date): Promise<number> {
  for (const { client_id: clientId, count } of apps) {
    await inTransaction(db, async (trx) => {
      const single = trx
        .deleteFrom('revocations')
        .where('client_id', '=', clientId)
        .where('kind', 'in', ['token', 'grant']);
      const { numDeletedRows } = await single.executeTakeFirstOrThrow();
      // Another process was faster: what it has done is not done twice.
      if (numDeletedRows === 0n) return;
      await revoke(trx, { kind: 'client', value: clientId, reason: TOO_MANY_REVOKED });
      await announceVersioned(trx, CLIENT_CACHE_TOPIC, now);
      await record(trx, { type: 'system' }, { type: 'client.tokens_ended', clientId, revoked: count }, now);
    });
  }
  return apps.length;
}
