import { createHash } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { AdapterPayload } from 'oidc-provider';
import type { Db } from '../db/connection.ts';
import type { ArtifactTable } from '../db/tables.ts';
import { keyFromBearer, sealWith, unsealWith } from '../keys/seal.ts';

/** The row id of an artifact: the database never sees the value that someone bears. */
export function hashOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

export interface StoredArtifact {
  readonly payload: AdapterPayload;
  readonly consumedAt: Date | null;
}

/**
 * Interactions and pushed requests hold values that someone else bears (the session id, an id_token_hint), so their
 * payload is sealed with a key that only the artifact's own id gives.
 */
const SEALED_MODELS = new Set(['Interaction', 'PushedAuthorizationRequest']);
const SEAL_PURPOSE = 'latchkey artifact payload';

function encodePayload(model: string, id: string, payload: AdapterPayload): string {
  const { jti: _stripped, ...rest } = payload;
  if (!SEALED_MODELS.has(model)) return JSON.stringify(rest);
  const sealed = sealWith(keyFromBearer(id, SEAL_PURPOSE), model, Buffer.from(JSON.stringify(rest)));
  return JSON.stringify({ sealed: sealed.toString('base64url') });
}

/** The payload as it was saved. `id` is what is borne, and is not stored. */
export function decodePayload(model: string, id: string, stored: Record<string, unknown>): AdapterPayload {
  if (!SEALED_MODELS.has(model)) return { ...stored, jti: id };
  const sealed = Buffer.from(String(stored.sealed), 'base64url');
  return { ...JSON.parse(unsealWith(keyFromBearer(id, SEAL_PURPOSE), model, sealed).toString()), jti: id };
}

export type ArtifactRow = Insertable<ArtifactTable>;

/** An artifact as a row. `lifetime` in seconds; undefined means that it does not expire. */
export function toArtifactRow(
  model: string,
  artifact: { id: string; payload: AdapterPayload; lifetime: number | undefined; now: Date },
): ArtifactRow {
  const { id, payload, lifetime, now } = artifact;
  return {
    id_hash: hashOf(id),
    model,
    // A grant bears its own id, so that all of a grant is found by one column; its id opens nothing.
    grant_id: payload.grantId ?? (model === 'Grant' ? id : null),
    account_id: payload.accountId ?? null,
    client_id: payload.clientId ?? null,
    uid_hash: payload.uid ? hashOf(payload.uid) : null,
    user_code_hash: null,
    payload: encodePayload(model, id, payload),
    created_at: now,
    expires_at: lifetime ? new Date(now.getTime() + lifetime * 1000) : null,
    consumed_at: null,
  };
}

/** Inserts an artifact, or replaces the one of the same id. */
export async function saveArtifact(db: Db, row: ArtifactRow): Promise<void> {
  const { id_hash: _id, model: _model, created_at: _created, consumed_at: _consumed, ...mutable } = row;
  await db
    .insertInto('artifacts')
    .values(row)
    .onConflict((conflict) => conflict.columns(['id_hash', 'model']).doUpdateSet(mutable))
    .execute();
}

/** Finds by bearer value. */
export async function findArtifact(db: Db, model: string, id: string): Promise<StoredArtifact | undefined> {
  const row = await db
    .selectFrom('artifacts')
    .select(['payload', 'consumed_at'])
    .where('id_hash', '=', hashOf(id))
    .where('model', '=', model)
    .executeTakeFirst();
  return row && { payload: decodePayload(model, id, row.payload), consumedAt: row.consumed_at };
}

/** Finds a session by its uid. The bearer value stays unknown. */
export async function findArtifactByUid(db: Db, model: string, uid: string): Promise<AdapterPayload | undefined> {
  const row = await db
    .selectFrom('artifacts')
    .select('payload')
    .where('uid_hash', '=', hashOf(uid))
    .where('model', '=', model)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row?.payload;
}

/** One statement, so that of two that use it at once only one can. @returns whether it was this one */
export async function consumeArtifact(db: Db, model: string, id: string, now: Date): Promise<boolean> {
  const row = await db
    .updateTable('artifacts')
    .set({ consumed_at: now })
    .where('id_hash', '=', hashOf(id))
    .where('model', '=', model)
    .where('consumed_at', 'is', null)
    .returning('model')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Notes that a value was used, for as long as it could be used again: one insert that conflicts, so that two at once
 * cannot both be first. @returns whether this was the first use
 */
export async function noteFirstUse(
  db: Db,
  use: { id: string; clientId: string; expiresAt: Date; now: Date },
): Promise<boolean> {
  const row = await db
    .insertInto('artifacts')
    .values({
      id_hash: hashOf(use.id),
      model: 'ReplayDetection',
      client_id: use.clientId,
      payload: '{}',
      created_at: use.now,
      expires_at: use.expiresAt,
    })
    .onConflict((conflict) => conflict.columns(['id_hash', 'model']).doNothing())
    .returning('model')
    .executeTakeFirst();
  return row !== undefined;
}
