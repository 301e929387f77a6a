import type { JWK } from 'jose';
import { sql } from 'kysely';
import type { Db } from '../db/connection.ts';
import type { HeldKey } from './signer.ts';
import type { KeyTimes } from './stages.ts';

export type SigningAlg = 'ES256' | 'RS256' | 'EdDSA';

export interface SigningKey extends KeyTimes, HeldKey {
  readonly signer: 'database' | 'socket';
  readonly publicJwk: JWK;
  readonly revokedReason: string | null;
}

/** Every key that was ever made, newest first. */
export async function listSigningKeys(db: Db): Promise<SigningKey[]> {
  const rows = await db.selectFrom('signing_keys').selectAll().orderBy('activates_at', 'desc').orderBy('kid').execute();
  return rows.map((row) => ({
    kid: row.kid,
    alg: row.alg,
    signer: row.signer,
    publicJwk: row.public_jwk as JWK,
    sealedPrivateJwk: row.sealed_private_jwk ?? undefined,
    createdAt: row.created_at,
    activatesAt: row.activates_at,
    retiresAt: row.retires_at,
    revokedAt: row.revoked_at,
    revokedReason: row.revoked_reason,
  }));
}

/** Changes whenever a key is made, given a successor, re-sealed or revoked: for those who poll. */
export async function signingKeysFingerprint(db: Db): Promise<string> {
  const { rows } = await sql<{ print: string }>`
    select concat_ws(':', count(*), count(retires_at), count(revoked_at), max(activates_at), max(retires_at)) as print
    from signing_keys`.execute(db);
  return rows[0]?.print ?? '';
}
