import type { JWK } from 'jose';
import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import type { HeldKey } from './signers/signer.ts';
import { SIGNING_ALGS } from './signing-algs.ts';
import { type KeyTimes, withEnds } from './stages.ts';

export interface SigningKey extends KeyTimes, HeldKey {
  readonly signer: 'database' | 'socket';
  readonly publicJwk: JWK;
  readonly revokedReason: string | null;
}

/** Every key that was ever made, newest first. */
export async function listSigningKeys(db: Db): Promise<SigningKey[]> {
  const rows = await db.selectFrom('signing_keys').selectAll().orderBy('activates_at', 'desc').orderBy('kid').execute();
  const keys = rows.map((row) => ({
    kid: row.kid,
    alg: row.alg,
    signer: row.signer,
    publicJwk: row.public_jwk as JWK,
    sealedPrivateJwk: row.sealed_private_jwk ?? undefined,
    createdAt: row.created_at,
    activatesAt: row.activates_at,
    endedAt: row.ended_at,
    revokedAt: row.revoked_at,
    revokedReason: row.revoked_reason,
  }));
  const ends = new Map(
    SIGNING_ALGS.flatMap((alg) => withEnds(keys.filter((key) => key.alg === alg))).map((key) => [
      key.kid,
      key.retiresAt,
    ]),
  );
  return keys.map((key) => ({ ...key, retiresAt: ends.get(key.kid) ?? null }));
}

/** Changes whenever a key is made, starts at another time, ends or is revoked: for those who poll. */
export async function signingKeysFingerprint(db: Db): Promise<string> {
  const { rows } = await sql<{ print: string }>`
    select md5(string_agg(concat_ws(' ', kid, activates_at, ended_at, revoked_at), ',' order by kid)) as print
    from signing_keys`.execute(db);
  return rows[0]?.print ?? '';
}

/** Whether anything in the database was encrypted with master keys yet. */
export async function hasSigningKeys(db: Db): Promise<boolean> {
  return (await db.selectFrom('signing_keys').select('kid').limit(1).executeTakeFirst()) !== undefined;
}
