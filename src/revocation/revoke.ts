import { sql } from 'kysely';
import { announce } from '../db/changes.ts';
import type { Db } from '../db/connection.ts';

export const REVOCATIONS_TOPIC = 'revocations';

/**
 * What a revocation is about, and the value that names it: a token's `jti`, a grant, an app, a person, an app's use of an
 * API (`client_id`, a space, the audience), or the signing key with this `kid`.
 */
export type RevocationKind = 'token' | 'grant' | 'client' | 'account' | 'subscription' | 'key';

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
  const { now, lifetime } = life;
  const forgetAt = new Date(now.getTime() + (lifetime + CLOCK_SKEW) * 1000);
  await db
    .insertInto('revocations')
    .values({ ...revocation, issued_before: now, forget_at: forgetAt })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'value']).doUpdateSet({
        reason: revocation.reason,
        seq: sql`nextval('revocations_seq')`,
        issued_before: sql`greatest(revocations.issued_before, excluded.issued_before)`,
        forget_at: sql`greatest(revocations.forget_at, excluded.forget_at)`,
      }),
    )
    .execute();
  await announce(db, REVOCATIONS_TOPIC);
}

/** Seconds by which a verifier may take a token for younger than it is. */
const CLOCK_SKEW = 60;

/** The longest life of a token that an API gives out today, in seconds. Lowering it must wait for the tokens of before. */
export async function longestTokenLifetime(db: Db): Promise<number> {
  const row = await db
    .selectFrom('apis')
    .select((eb) => eb.fn.max('token_lifetime').as('longest'))
    .executeTakeFirst();
  return Math.max(Number(row?.longest ?? 0), 300);
}

/** revoke() with the lifetime that follows from the APIs. */
export async function revokeTokens(db: Db, revocation: Revocation, now: Date): Promise<void> {
  await revoke(db, revocation, { now, lifetime: await longestTokenLifetime(db) });
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
    { kind: 'key', value: token.kid },
    ...(token.grantId ? [{ kind: 'grant' as const, value: token.grantId }] : []),
  ];
}

export async function deleteForgottenRevocations(db: Db, now: Date, batch: number): Promise<number> {
  const forgotten = db.selectFrom('revocations').select('seq').where('forget_at', '<', now).limit(batch);
  const result = await db.deleteFrom('revocations').where('seq', 'in', forgotten).executeTakeFirst();
  return Number(result.numDeletedRows);
}
