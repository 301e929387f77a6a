import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { MasterKey } from '../config.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { seal, unseal } from '../keys/sealing/seal.ts';

export interface RepeatableRequest {
  /** Who sends it: keys of different callers are different keys. */
  readonly caller: string;
  /** The Idempotency-Key. */
  readonly key: string;
  /** What is asked for, whole: the same key with something else is a mistake. */
  readonly request: string;
  readonly now: Date;
}

const DAY = 86_400_000;
const digest = (...parts: readonly string[]) => createHash('sha256').update(JSON.stringify(parts)).digest();
const contextOf = (keyHash: Uint8Array) => `idempotency:${Buffer.from(keyHash).toString('base64url')}`;

/** What is done once, and what the caller of a repetition has to be allowed still: by now they may have lost the right. */
export interface RepeatableWork<T> {
  handle(trx: Kysely<Tables>): Promise<T>;
  /** @throws {AppError} */
  requireStill(trx: Kysely<Tables>, made: T): Promise<void>;
}

/**
 * Does the work once for each key within a day, and answers every repetition with the first answer, rights first. The key is
 * noted in the transaction of the work: a repetition at the same time waits for its end, a crash leaves neither.
 * @throws {AppError} idempotency_key_reused when the key came with another request before; what requireStill() throws
 */
export function once<T>(
  db: Kysely<Tables>,
  masterKeys: readonly MasterKey[],
  { caller, key, request, now }: RepeatableRequest,
  work: RepeatableWork<T>,
): Promise<{ answer: T; repeated: boolean }> {
  const keyHash = digest(caller, key);
  const requestHash = digest(request);
  return inTransaction(db, async (trx) => {
    const fresh = { request_hash: requestHash, created_at: now, expires_at: new Date(now.getTime() + DAY) };
    const first = await trx
      .insertInto('idempotency_keys')
      .values({ key_hash: keyHash, sealed_answer: null, ...fresh })
      // A key ends after its day, whether or not the clean-up has removed it.
      .onConflict((conflict) =>
        conflict
          .column('key_hash')
          .doUpdateSet({ sealed_answer: null, ...fresh })
          .where('idempotency_keys.expires_at', '<=', now),
      )
      .returning('key_hash')
      .executeTakeFirst();
    if (!first) {
      const made = await recall<T>(trx, masterKeys, keyHash, requestHash);
      await work.requireStill(trx, made);
      return { answer: made, repeated: true };
    }
    const answer = await work.handle(trx);
    const sealed = Buffer.from(seal(masterKeys, contextOf(keyHash), JSON.stringify(answer)));
    await trx.updateTable('idempotency_keys').set({ sealed_answer: sealed }).where('key_hash', '=', keyHash).execute();
    return { answer, repeated: false };
  });
}

async function recall<T>(db: Db, masterKeys: readonly MasterKey[], keyHash: Buffer, requestHash: Buffer): Promise<T> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'sealed_answer'])
    .where('key_hash', '=', keyHash)
    .executeTakeFirstOrThrow();
  if (!requestHash.equals(row.request_hash) || !row.sealed_answer) throw new AppError('idempotency_key_reused');
  return JSON.parse(unseal(masterKeys, contextOf(keyHash), Buffer.from(row.sealed_answer).toString())) as T;
}

export async function deleteExpiredIdempotencyKeys(db: Db, now: Date, batch: number): Promise<number> {
  const expired = db.selectFrom('idempotency_keys').select('key_hash').where('expires_at', '<', now).limit(batch);
  const result = await db.deleteFrom('idempotency_keys').where('key_hash', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
