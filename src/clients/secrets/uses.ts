import { type Kysely, sql } from 'kysely';
import { record } from '../../audit/record.ts';
import { announceVersioned, CLIENT_CACHE_TOPIC } from '../../db/changes.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { KnownSecret } from '../token-clients.ts';

export interface SecretUses {
  /**
   * Notes that a secret was used. Most are written later, with others; the first use of one that replaces others is
   * written at once, and the promise settles when those have ended. It never rejects: a use that could not be written
   * is kept for the next time.
   */
  note(secret: Pick<KnownSecret, 'id' | 'endsOthers'>): Promise<void> | undefined;
  /** Writes what has been noted. @throws what the database throws; nothing noted is lost then */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface SecretUseParts {
  readonly db: Kysely<Tables>;
  readonly clock: () => Date;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two writes. */
  readonly every?: number;
}

/** Secret → when it was last used. */
type Uses = Map<string, Date>;

/** When secrets are used, gathered in memory and written together: a token request does not pay for it. */
export function createSecretUses({ db, clock, onError, every = 2000 }: SecretUseParts): SecretUses {
  let uses: Uses = new Map();
  /** Those among them whose first use ends others. */
  let successors = new Set<string>();

  const flush = async () => {
    if (uses.size === 0) return;
    const [batch, firsts] = [uses, successors];
    uses = new Map();
    successors = new Set();
    try {
      await inTransaction(db, (trx) => writeUses(trx, batch, firsts, clock()));
    } catch (error) {
      // Newer ones win over those that come back.
      uses = new Map([...batch, ...uses]);
      successors = successors.union(firsts);
      throw error;
    }
  };
  const tryFlush = () => flush().catch(onError);
  const timer = setInterval(() => void tryFlush(), every);
  timer.unref();

  return {
    note({ id, endsOthers }) {
      uses.set(id, clock());
      if (!endsOthers) return undefined;
      successors.add(id);
      return tryFlush();
    },
    flush,
    async close() {
      clearInterval(timer);
      await tryFlush();
    },
  };
}

async function writeUses(db: Db, uses: Uses, successors: ReadonlySet<string>, now: Date): Promise<void> {
  const ids = [...uses.keys()].sort();
  const times = ids.map((id) => uses.get(id) ?? now);
  // In the order of their ids, so that two processes that write the same secrets wait for each other, not in a circle.
  const { rows } = await sql<{ id: string }>`
    with used as (
      select client_secrets.id, batch.at, client_secrets.first_used_at is null as first
      from unnest(${ids}::text[], ${times}::timestamptz[]) as batch (id, at)
      join client_secrets on client_secrets.id = batch.id
      order by client_secrets.id
      for update of client_secrets
    )
    update client_secrets
    set last_used_at = greatest(client_secrets.last_used_at, used.at),
        first_used_at = least(client_secrets.first_used_at, used.at)
    from used where used.id = client_secrets.id
    returning case when used.first then client_secrets.id end as id`.execute(db);
  // Of the processes that note a first use, one was the first to write it.
  const firsts = rows.flatMap(({ id }) => (successors.has(id) ? [id] : []));
  if (firsts.length > 0) await endPredecessors(db, firsts, now);
}

/** Ends what those secrets replace, and what that replaced in turn without ever having been used. */
async function endPredecessors(db: Db, successors: readonly string[], now: Date): Promise<void> {
  const { rows } = await sql<{ id: string; client_id: string; successor_id: string }>`
    with recursive replaced as (
      select id from client_secrets where successor_id = any(${successors}::text[])
      union
      select older.id from client_secrets older join replaced on older.successor_id = replaced.id
    )
    update client_secrets set expires_at = ${now}
    where id in (select id from replaced) and (expires_at is null or expires_at > ${now})
    returning id, client_id, successor_id`.execute(db);
  const events = rows.map(
    (row) =>
      ({
        type: 'client.secret_ended',
        clientId: row.client_id,
        secretId: row.id,
        successorId: row.successor_id,
      }) as const,
  );
  await record(db, { type: 'system' }, events, now);
  await announceVersioned(db, CLIENT_CACHE_TOPIC, now);
}
