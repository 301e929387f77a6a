import { sql } from 'kysely';
import { announce } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';
import { longestTokenLifetime } from './lifetimes.ts';

export const REVOCATIONS_TOPIC = 'revocations';

/**
 * What a revocation is about, and the value that names it: a token's `jti`, a grant, an app, a person, an app's use of an
 * API (`client_id`, a space, the audience), what a person's roles give at an API (`sub`, a space, the audience), an API
 * (the audience), or the signing key with this `kid`.
 */
export type RevocationKind = 'token' | 'grant' | 'client' | 'account' | 'subscription' | 'roles' | 'api' | 'key';

export interface Revocation {
  readonly kind: RevocationKind;
  readonly value: string;
  readonly reason: string;
}

/**
 * Refuses every token that matches and was issued until now, in the caller's transaction.
 * @param life.lifetime seconds after which the last such token has expired by itself, and this may be forgotten
 */
export async function revoke(db: Db, revocation: Revocation, life: { now: Date; lifetime: number }): Promise<void> {
  await insertRevocations(db, [revocation], life);
  await announce(db, REVOCATIONS_TOPIC);
}

/** Each kind and value at most once. */
async function insertRevocations(
  db: Db,
  revocations: readonly Revocation[],
  { now, lifetime }: { now: Date; lifetime: number },
): Promise<void> {
  const forgetAt = new Date(now.getTime() + (lifetime + CLOCK_SKEW) * 1000);
  await db
    .insertInto('revocations')
    .values(revocations.map((revocation) => ({ ...revocation, issued_before: now, forget_at: forgetAt })))
    .onConflict((conflict) =>
      conflict.columns(['kind', 'value']).doUpdateSet({
        reason: sql`excluded.reason`,
        seq: sql`nextval('revocations_seq')`,
        issued_before: sql`greatest(revocations.issued_before, excluded.issued_before)`,
        forget_at: sql`greatest(revocations.forget_at, excluded.forget_at)`,
      }),
    )
    .execute();
}

/** Seconds by which a verifier may take a token for younger than it is. */
const CLOCK_SKEW = 60;

/** revoke() with the lifetime that follows from the APIs. */
export async function revokeTokens(db: Db, revocation: Revocation, now: Date): Promise<void> {
  await revoke(db, revocation, { now, lifetime: await longestTokenLifetime(db, now) });
}

const BATCH = 500;

/** revokeTokens() for many things at once, in one order, so that two who do so do not wait for each other. */
export async function revokeAll(db: Db, revocations: readonly Revocation[], now: Date): Promise<void> {
  if (revocations.length === 0) return;
  const distinct = new Map(revocations.map((revocation) => [`${revocation.kind} ${revocation.value}`, revocation]));
  const ordered = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, revocation]) => revocation);
  const lifetime = await longestTokenLifetime(db, now);
  for (let start = 0; start < ordered.length; start += BATCH) {
    await insertRevocations(db, ordered.slice(start, start + BATCH), { now, lifetime });
  }
  await announce(db, REVOCATIONS_TOPIC);
}

/** What of a token a revocation can match; `iat` in seconds. */
export interface TokenFacts {
  readonly jti: string;
  readonly iat: number;
  readonly kid: string;
  readonly clientId: string;
  readonly subject: string;
  readonly audience: string;
  readonly grantId: string | undefined;
}

/** The names under which a token may have been revoked. */
export function namesOf(token: TokenFacts): { kind: RevocationKind; value: string }[] {
  return [
    { kind: 'token', value: token.jti },
    { kind: 'client', value: token.clientId },
    { kind: 'account', value: token.subject },
    { kind: 'subscription', value: `${token.clientId} ${token.audience}` },
    { kind: 'roles', value: `${token.subject} ${token.audience}` },
    { kind: 'api', value: token.audience },
    { kind: 'key', value: token.kid },
    ...(token.grantId ? [{ kind: 'grant' as const, value: token.grantId }] : []),
  ];
}

/** Whether a token has been revoked, as of this moment. */
export async function isRevoked(db: Db, token: TokenFacts): Promise<boolean> {
  const names = namesOf(token);
  const row = await db
    .selectFrom('revocations')
    .select('seq')
    .where((eb) => eb.or(names.map(({ kind, value }) => eb.and([eb('kind', '=', kind), eb('value', '=', value)]))))
    // A token's time is in whole seconds, so one of the same second counts as issued before.
    .where('issued_before', '>=', new Date(token.iat * 1000))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteForgottenRevocations(db: Db, now: Date, batch: number): Promise<number> {
  const forgotten = db.selectFrom('revocations').select('seq').where('forget_at', '<', now).limit(batch);
  const result = await db.deleteFrom('revocations').where('seq', 'in', forgotten).executeTakeFirst();
  return Number(result.numDeletedRows);
}
