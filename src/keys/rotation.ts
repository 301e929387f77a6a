import type { Kysely, Transaction } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import { announce } from '../db/changes.ts';
import type { Tables } from '../db/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { revoke } from '../revocation/revoke.ts';
import type { Signer } from './signer.ts';
import { listSigningKeys, type SigningAlg, type SigningKey } from './signing-keys.ts';
import { newestKey, planNextKey, planRequestedKey, type RotationPolicy, SIGNING_ALGS } from './stages.ts';

export const KEYS_TOPIC = 'signing-keys';

export interface RotationParts {
  readonly db: Kysely<Tables>;
  readonly signer: Signer;
  readonly policy: RotationPolicy;
}

/** Makes the keys that are due, of every algorithm. Safe to call at any time from any process. @returns the kids made */
export async function maintainKeys({ db, signer, policy }: RotationParts, now: Date): Promise<string[]> {
  const made: string[] = [];
  for (const alg of SIGNING_ALGS) {
    if (!planNextKey(await keysOf(db, alg), policy, now)) continue;
    const kid = await underLock(db, async (trx) => {
      const keys = await keysOf(trx, alg);
      // Someone else may have been first; so the plan is made again where only one can be.
      const plan = planNextKey(keys, policy, now);
      return (
        plan && insertKey(trx, { signer, alg, keys, activatesAt: plan.activatesAt, now, actor: { type: 'system' } })
      );
    });
    if (kid) made.push(kid);
  }
  return made;
}

/** Makes a next key of an algorithm now; it signs once it has been published for long enough. */
export async function rotateKey(
  { db, signer, policy }: RotationParts,
  alg: SigningAlg,
  by: { actor: Actor; now: Date },
): Promise<{ kid: string; alg: SigningAlg; activatesAt: Date }> {
  return underLock(db, async (trx) => {
    const keys = await keysOf(trx, alg);
    const { activatesAt } = planRequestedKey(keys, policy, by.now);
    return { kid: await insertKey(trx, { signer, alg, keys, activatesAt, ...by }), alg, activatesAt };
  });
}

export interface KeyRevocation {
  readonly kid: string;
  readonly alg: SigningAlg;
  /** The key that signs from now on. */
  readonly successor: string;
}

/**
 * Drops a key at once, everywhere: it leaves the JWKS, and every token that it signed is refused. If it was the one that
 * signs, the next one signs from now on, whether or not verifiers have seen it yet.
 * @throws {AppError} not_found, conflict
 */
export async function revokeKey(
  { db, signer, policy }: RotationParts,
  revocation: { kid: string; reason: string },
  by: { actor: Actor; now: Date },
): Promise<KeyRevocation> {
  return underLock(db, async (trx) => {
    const key = (await listSigningKeys(trx)).find((candidate) => candidate.kid === revocation.kid);
    if (!key) throw new AppError('not_found', { detail: `There is no signing key ${revocation.kid}.` });
    if (key.revokedAt)
      throw new AppError('conflict', { detail: `The signing key ${revocation.kid} is revoked already.` });
    await trx
      .updateTable('signing_keys')
      .set({ revoked_at: by.now, revoked_reason: revocation.reason })
      .where('kid', '=', key.kid)
      .execute();
    await revoke(
      trx,
      { kind: 'key', value: key.kid, reason: revocation.reason },
      { now: by.now, lifetime: policy.retainFor },
    );
    await record(
      trx,
      by.actor,
      { type: 'signing_key.revoked', kid: key.kid, alg: key.alg, reason: revocation.reason },
      by.now,
    );
    const successor = await ensureActive(trx, { signer, alg: key.alg, ...by });
    await announce(trx, KEYS_TOPIC);
    return { kid: key.kid, alg: key.alg, successor };
  });
}

/** The key of an algorithm that signs now; the next in line is brought forward, or a new one made. */
async function ensureActive(
  trx: Transaction<Tables>,
  { signer, alg, actor, now }: { signer: Signer; alg: SigningAlg; actor: Actor; now: Date },
): Promise<string> {
  const keys = await keysOf(trx, alg);
  const active = keys.find((key) => key.activatesAt <= now && (!key.retiresAt || key.retiresAt > now));
  if (active) return active.kid;
  const waiting = keys
    .filter((key) => key.activatesAt > now)
    .sort((a, b) => a.activatesAt.getTime() - b.activatesAt.getTime())[0];
  if (!waiting) return insertKey(trx, { signer, alg, keys: [], activatesAt: now, actor, now });
  await trx.updateTable('signing_keys').set({ activates_at: now }).where('kid', '=', waiting.kid).execute();
  return waiting.kid;
}

interface KeyInsertion {
  readonly signer: Signer;
  readonly alg: SigningAlg;
  readonly keys: readonly SigningKey[];
  readonly activatesAt: Date;
  readonly actor: Actor;
  readonly now: Date;
}

async function insertKey(
  trx: Transaction<Tables>,
  { signer, alg, keys, activatesAt, actor, now }: KeyInsertion,
): Promise<string> {
  await checkSigner(trx, signer, now);
  const { publicJwk, sealedPrivateJwk } = await signer.createKey(alg);
  const kid = publicJwk.kid ?? '';
  const predecessor = newestKey(keys);
  if (predecessor) {
    await trx.updateTable('signing_keys').set({ retires_at: activatesAt }).where('kid', '=', predecessor.kid).execute();
  }
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
      retires_at: null,
      revoked_at: null,
      revoked_reason: null,
    })
    .execute();
  await record(trx, actor, { type: 'signing_key.created', kid, alg }, now);
  await announce(trx, KEYS_TOPIC);
  return kid;
}

/**
 * A signer that has not the keys in use, such as a command's with other master keys, would make one that no server can
 * use. @throws {MissingMasterKey} @throws {WrongMasterKey}
 */
async function checkSigner(trx: Transaction<Tables>, signer: Signer, now: Date): Promise<void> {
  const own = (await listSigningKeys(trx)).filter((key) => key.signer === signer.name && !key.revokedAt);
  signer.check(own.filter((key) => !key.retiresAt || key.retiresAt > now));
}

const keysOf = async (db: Kysely<Tables>, alg: SigningAlg) =>
  (await listSigningKeys(db)).filter((key) => key.alg === alg && !key.revokedAt);

/** One change of keys at a time, however many processes: they wait for each other on one row. */
async function underLock<T>(db: Kysely<Tables>, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return inTransaction(db, async (trx) => {
    await trx
      .insertInto('settings')
      .values({ key: 'signing-keys-lock', value: 'true', updated_at: new Date() })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: 'true' }))
      .execute();
    return work(trx);
  });
}
