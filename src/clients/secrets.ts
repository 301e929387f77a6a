import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import { CATALOG_TOPIC } from '../apis/catalog-topic.ts';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import { announceVersioned } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';

/** The prefix lets secret scanners recognize a leaked one. */
const PREFIX = 'lks_';

/** 256 random bits in base64url, after a prefix: so random that a fast hash is enough to store it. */
export function generateSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** Compares in constant time with every hash, so that time does not tell which one matched. */
export function matchesAnySecret(presented: string, hashes: readonly Uint8Array[]): boolean {
  const actual = hashSecret(presented);
  let matched = false;
  for (const hash of hashes) {
    if (hash.length === actual.length && timingSafeEqual(actual, hash)) matched = true;
  }
  return matched;
}

export interface AddedSecret {
  readonly id: string;
  readonly name: string;
  /** Shown now and never again. */
  readonly secret: string;
}

/** Adds a secret beside those that are live, in the caller's transaction. */
export async function insertSecret(
  db: Db,
  input: { clientId: string; name: string; expiresAt?: Date | undefined },
  by: { actor: Actor; now: Date },
): Promise<AddedSecret> {
  const secret = generateSecret();
  const id = `sec_${randomUUID().replaceAll('-', '')}`;
  await db
    .insertInto('client_secrets')
    .values({
      id,
      client_id: input.clientId,
      name: input.name,
      hash: hashSecret(secret),
      created_at: by.now,
      expires_at: input.expiresAt ?? null,
    })
    .execute();
  await announceVersioned(db, CATALOG_TOPIC, by.now);
  await record(
    db,
    by.actor,
    { type: 'client.secret_added', clientId: input.clientId, secretId: id, name: input.name },
    by.now,
  );
  return { id, name: input.name, secret };
}

/** Adds a secret to an app that authenticates with one. @throws {AppError} not_found, invalid_request */
export function addSecret(
  db: Kysely<Tables>,
  input: { clientId: string; name: string; expiresAt?: Date | undefined },
  by: { actor: Actor; now: Date },
): Promise<AddedSecret> {
  return inTransaction(db, async (trx) => {
    const client = await trx
      .selectFrom('clients')
      .select('auth_method')
      .where('id', '=', input.clientId)
      .executeTakeFirst();
    if (!client) throw new AppError('not_found', { detail: `There is no app ${input.clientId}.` });
    if (!client.auth_method.startsWith('client_secret')) {
      throw new AppError('invalid_request', {
        detail: `This app authenticates by ${client.auth_method}, not with a secret.`,
      });
    }
    return insertSecret(trx, input, by);
  });
}

export function listSecrets(db: Db, clientId: string) {
  return db
    .selectFrom('client_secrets')
    .select(['id', 'name', 'created_at', 'expires_at'])
    .where('client_id', '=', clientId)
    .orderBy('created_at')
    .execute();
}

/** Removes one; it stops working with the next request. @throws {AppError} not_found */
export function removeSecret(
  db: Kysely<Tables>,
  input: { clientId: string; secretId: string },
  by: { actor: Actor; now: Date },
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const removed = await trx
      .deleteFrom('client_secrets')
      .where('id', '=', input.secretId)
      .where('client_id', '=', input.clientId)
      .returning('id')
      .executeTakeFirst();
    if (!removed)
      throw new AppError('not_found', { detail: `The app ${input.clientId} has no secret ${input.secretId}.` });
    await announceVersioned(trx, CATALOG_TOPIC, by.now);
    await record(trx, by.actor, { type: 'client.secret_removed', ...input }, by.now);
  });
}
