import type { Kysely, Transaction } from 'kysely';
import type { Actor } from '../audit/events.ts';
import { record } from '../audit/record.ts';
import { announce } from '../db/changes.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { readReason } from '../names/reason.ts';
import { revoke } from '../revocation/revoke.ts';
import { useOf } from './algorithms.ts';
import { type KeyChange, keysOf, takeStep } from './key-steps.ts';
import { planRequestedKey, planTakeover, planUpkeep } from './plans.ts';
import { MissingMasterKey, WrongMasterKey } from './sealing/seal.ts';
import { type Signer, SignerUnavailable } from './signers/signer.ts';
import { SIGNING_ALGS, type SigningAlg } from './signing-algs.ts';
import { listSigningKeys, type SigningKey } from './signing-keys.ts';
import { type RotationPolicy, stageOf } from './stages.ts';

export const KEYS_TOPIC = 'signing-keys';

export interface RotationParts {
  readonly db: Kysely<Tables>;
  readonly signer: Signer;
  readonly policy: RotationPolicy;
}

const SYSTEM: Actor = { type: 'system' };

/** What is left is done the next time. */
const MOST_STEPS = 50;

/**
 * Makes, starts and ends the keys that are due, of every algorithm. Safe to call at any time from any process. One that
 * fails does not hold up the others. @returns the kids made @throws {AggregateError} what failed
 */
export async function maintainKeys(parts: RotationParts, now: Date): Promise<string[]> {
  const outcomes = await settleInTurn(SIGNING_ALGS, (alg) => maintainAlgorithm(parts, alg, now));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'keys of several algorithms could not be kept up');
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
}

async function settleInTurn<T, R>(values: readonly T[], work: (value: T) => Promise<R>) {
  const outcomes: PromiseSettledResult<R>[] = [];
  for (const value of values) outcomes.push(...(await Promise.allSettled([work(value)])));
  return outcomes;
}

async function maintainAlgorithm({ db, signer, policy }: RotationParts, alg: SigningAlg, now: Date): Promise<string[]> {
  const plan = async (trx: Kysely<Tables>) => planUpkeep(await keysOf(trx, alg), await useOf(trx, alg), policy, now);
  if (!(await plan(db))) return [];
  return underLock(db, now, async (trx) => {
    const made: string[] = [];
    // Another process may have been first. So the plan is made again under the lock, until nothing is left to do.
    for (let left = MOST_STEPS; left > 0; left -= 1) {
      const step = await plan(trx);
      if (!step) break;
      const kid = await takeStep(trx, step, { signer, alg, actor: SYSTEM, now });
      if (step.step === 'make') made.push(kid);
    }
    await announce(trx, KEYS_TOPIC);
    return made;
  });
}

/**
 * Makes a next key of an algorithm now; it signs once it has been published for long enough.
 * @throws {AppError} conflict: nothing uses the algorithm
 */
export async function rotateKey(
  { db, signer, policy }: RotationParts,
  alg: SigningAlg,
  by: { actor: Actor; now: Date },
): Promise<{ kid: string; alg: SigningAlg; activatesAt: Date }> {
  return underLock(db, by.now, async (trx) => {
    if ((await useOf(trx, alg)) === 'unused') {
      const detail = `No API and no app uses ${alg}, so it has no key. It gets one when you set an API or app to it.`;
      throw new AppError('conflict', { detail });
    }
    const { activatesAt } = planRequestedKey(await keysOf(trx, alg), policy, by.now);
    const kid = await takeStep(trx, { step: 'make', activatesAt }, { signer, alg, ...by });
    await announce(trx, KEYS_TOPIC);
    return { kid, alg, activatesAt };
  });
}

export interface KeyRevocation {
  readonly kid: string;
  readonly alg: SigningAlg;
  /** Whether anything uses the algorithm. */
  readonly isUsed: boolean;
  /** The key that signs now. Where this process could make none, a server that can makes it as soon as it hears of this. */
  readonly successor: string | undefined;
}

/**
 * Drops a key at once, everywhere: it leaves the JWKS, and every token that it signed is refused. If it was the one that
 * signs, the next one signs from now on, whether or not verifiers have seen it yet.
 * @throws {AppError} not_found, conflict @throws {MissingMasterKey} @throws {WrongMasterKey} unless it may be `withoutSuccessor`
 */
export async function revokeKey(
  { db, signer, policy }: RotationParts,
  revocation: { kid: string; reason: string; withoutSuccessor?: boolean | undefined },
  by: { actor: Actor; now: Date },
): Promise<KeyRevocation> {
  const reason = readReason(revocation);
  return underLock(db, by.now, async (trx) => {
    const key = await findRevocable(trx, revocation.kid);
    await trx
      .updateTable('signing_keys')
      .set({ revoked_at: by.now, revoked_reason: reason })
      .where('kid', '=', key.kid)
      .execute();
    await revoke(trx, { kind: 'key', value: key.kid, reason, lifetime: policy.retainFor });
    await record(trx, by.actor, { type: 'signing_key.revoked', kid: key.kid, alg: key.alg, reason: reason }, by.now);
    const isUsed = (await useOf(trx, key.alg)) !== 'unused';
    const successor = isUsed
      ? await takeOver(trx, policy, { signer, alg: key.alg, ...by }, revocation.withoutSuccessor)
      : undefined;
    await announce(trx, KEYS_TOPIC);
    return { kid: key.kid, alg: key.alg, isUsed, successor };
  });
}

async function findRevocable(trx: Transaction<Tables>, kid: string): Promise<SigningKey> {
  const key = (await listSigningKeys(trx)).find((candidate) => candidate.kid === kid);
  if (!key) throw new AppError('not_found', { detail: `There is no signing key ${kid}.` });
  if (key.revokedAt) throw new AppError('conflict', { detail: `The signing key ${kid} is revoked already.` });
  return key;
}

/**
 * The key that signs now. A leaked one leaves also while the signer is away. With other master keys than the server's, which
 * is most likely a mistake, it leaves only when that is wanted: because they are lost.
 */
async function takeOver(
  trx: Transaction<Tables>,
  policy: RotationPolicy,
  change: KeyChange,
  withoutSuccessor = false,
): Promise<string | undefined> {
  const { alg, now } = change;
  const active = async () => (await keysOf(trx, alg)).find((key) => stageOf(key, policy, now) === 'active')?.kid;
  const known = await active();
  if (known) return known;
  const step = planTakeover(await keysOf(trx, alg), policy, now, now);
  try {
    if (step) await takeStep(trx, step, change);
  } catch (error) {
    const isLost = error instanceof MissingMasterKey || error instanceof WrongMasterKey;
    if (!(error instanceof SignerUnavailable) && !(withoutSuccessor && isLost)) throw error;
  }
  return active();
}

/** One change of keys at a time, however many processes: they wait for each other on one row. */
async function underLock<T>(db: Kysely<Tables>, now: Date, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return inTransaction(db, async (trx) => {
    await trx
      .insertInto('settings')
      .values({ key: 'signing-keys-lock', value: 'true', updated_at: now })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: 'true' }))
      .execute();
    return work(trx);
  });
}
