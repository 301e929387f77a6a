import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Kysely } from 'kysely';
import { record } from '../audit/record.ts';
import type { MasterKey } from '../config.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { seal, unseal } from './seal.ts';

export type SigningAlg = 'ES256' | 'RS256';

/** ES256 is what we sign with by default; RS256 must exist (RFC 9068 §2.1, OpenID Connect Core §15.1). */
const REQUIRED_ALGS: readonly SigningAlg[] = ['ES256', 'RS256'];

/** A key pair with its private JWK in the clear; lives in memory only. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly privateJwk: JWK;
  readonly createdAt: Date;
}

/** Opens every signing key, newest first. @throws {MissingMasterKey} @throws {WrongMasterKey} */
export async function loadSigningKeys(db: Db, masterKeys: readonly MasterKey[]): Promise<SigningKey[]> {
  const rows = await db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').orderBy('kid').execute();
  return rows.map((row) => ({
    kid: row.kid,
    alg: row.alg,
    privateJwk: JSON.parse(unseal(masterKeys, sealContext(row.kid), row.sealed_private_jwk)) as JWK,
    createdAt: row.created_at,
  }));
}

/** What may be shown of the keys. */
export function listSigningKeys(db: Db) {
  return db
    .selectFrom('signing_keys')
    .select(['kid', 'alg', 'created_at', 'public_jwk'])
    .orderBy('created_at', 'desc')
    .execute();
}

/** Makes the first key of each algorithm, once, however many processes start together. */
export async function ensureSigningKeys(
  db: Kysely<Tables>,
  masterKeys: readonly MasterKey[],
  now: Date,
): Promise<void> {
  for (const alg of REQUIRED_ALGS) {
    const existing = await db.selectFrom('signing_keys').select('kid').where('alg', '=', alg).executeTakeFirst();
    if (!existing) await createFirstKey(db, masterKeys, alg, now);
  }
}

async function createFirstKey(db: Kysely<Tables>, masterKeys: readonly MasterKey[], alg: SigningAlg, now: Date) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  await inTransaction(db, async (trx) => {
    // Processes that start together wait here for each other: one inserts the row, the others then see the conflict.
    const first = await trx
      .insertInto('settings')
      .values({ key: `first-signing-key:${alg}`, value: 'true', updated_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    if (first) await insertSigningKey(trx, masterKeys, { jwk, alg, now });
  });
}

async function insertSigningKey(
  db: Db,
  masterKeys: readonly MasterKey[],
  key: { jwk: JWK; alg: SigningAlg; now: Date },
) {
  const kid = await calculateJwkThumbprint(key.jwk);
  const identified = { ...key.jwk, kid, alg: key.alg, use: 'sig' };
  await db
    .insertInto('signing_keys')
    .values({
      kid,
      alg: key.alg,
      public_jwk: JSON.stringify(publicPart(identified)),
      sealed_private_jwk: seal(masterKeys, sealContext(kid), JSON.stringify(identified)),
      created_at: key.now,
    })
    .execute();
  await record(db, { type: 'system' }, { type: 'signing_key.created', kid, alg: key.alg }, key.now);
}

const sealContext = (kid: string) => `signing-key:${kid}`;

/** The members of RFC 7518 §6 that may be published, named one by one so that a private one cannot slip through. */
export function publicPart(jwk: JWK): JWK {
  const { kty, crv, x, y, n, e, kid, alg, use } = jwk;
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, kid, alg, use })) as JWK;
}
