import type { Transaction } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { KeyStep } from './plans.ts';
import type { Signer } from './signers/signer.ts';
import type { SigningAlg } from './signing-algs.ts';
import { listSigningKeys, type SigningKey } from './signing-keys.ts';

/** Which algorithm's keys change, and who changes them. */
export interface KeyChange {
  readonly signer: Signer;
  readonly alg: SigningAlg;
  readonly actor: Actor;
  readonly now: Date;
}

/** The keys of one algorithm, the revoked ones too. */
export const keysOf = async (db: Db, alg: SigningAlg): Promise<SigningKey[]> =>
  (await listSigningKeys(db)).filter((key) => key.alg === alg);

/** Does what was planned. @returns the kid of the key that was made or changed */
export async function takeStep(trx: Transaction<Tables>, step: KeyStep, change: KeyChange): Promise<string> {
  if (step.step === 'make') return insertKey(trx, step.activatesAt, change);
  const times = step.step === 'end' ? { ended_at: change.now } : { activates_at: step.activatesAt, ended_at: null };
  await trx.updateTable('signing_keys').set(times).where('kid', '=', step.kid).execute();
  return step.kid;
}

async function insertKey(
  trx: Transaction<Tables>,
  activatesAt: Date,
  { signer, alg, actor, now }: KeyChange,
): Promise<string> {
  await checkSigner(trx, signer, now);
  const { publicJwk, sealedPrivateJwk } = await signer.createKey(alg);
  const kid = publicJwk.kid ?? '';
  await trx
    .insertInto('signing_keys')
    .values({
      kid,
      alg,
      signer: signer.name,
      public_jwk: JSON.stringify(publicJwk),
      sealed_private_jwk: sealedPrivateJwk ?? null,
      created_at: now,
      activates_at: activatesAt,
      ended_at: null,
      revoked_at: null,
      revoked_reason: null,
    })
    .execute();
  await record(trx, actor, { type: 'signing_key.created', kid, alg }, now);
  return kid;
}

/**
 * A signer without the keys in use, such as a command's with other master keys, would make a key that no server can
 * use.
 * @throws {MissingMasterKey}
 * @throws {WrongMasterKey}
 */
async function checkSigner(trx: Transaction<Tables>, signer: Signer, now: Date): Promise<void> {
  const own = (await listSigningKeys(trx)).filter((key) => key.signer === signer.name && !key.revokedAt);
  signer.check(own.filter((key) => !key.retiresAt || key.retiresAt > now));
}
