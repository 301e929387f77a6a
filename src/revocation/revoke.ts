import type { Db } from '../db/connections/connection.ts';
import { Statement } from '../db/statement.ts';
import { longestLifetimeAt } from './lifetimes.ts';

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

/** When something is revoked, and for how long that must be known. */
export interface RevocationLife {
  readonly now: Date;
  /** Seconds after which the last such token has expired by itself; by default the longest that may be out. */
  readonly lifetime?: number;
  /** Milliseconds, by default REACH: none for what can be given out again at once. */
  readonly reach?: number;
}

/**
 * Tokens that are issued this many milliseconds after a revocation are refused as well. A token is made from what was
 * read before, and its `iat` is the time before that reading. Another process may not have heard of the change for a
 * second, and no process sees it before it is committed.
 */
const REACH = 2000;

/** Refuses every token that matches and was issued until now, or just after, in the caller's transaction or one of its own. */
export async function revoke(db: Db, revocation: Revocation, life: RevocationLife): Promise<void> {
  const { kind, value, reason } = revocation;
  const statement = new Statement();
  revokeWithin(statement, { kind, values: [value], reason }, life);
  await statement.run(db);
}

/** revoke() for many things at once, in one order, so that two who do so do not wait for each other. */
export async function revokeAll(db: Db, revocations: readonly Revocation[], now: Date): Promise<void> {
  const groups = Map.groupBy(revocations, ({ kind, reason }) => `${kind} ${reason}`);
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { kind, reason } = group[0] as Revocation;
    const values = [...new Set(group.map(({ value }) => value))].sort();
    const statement = new Statement();
    revokeWithin(statement, { kind, values, reason }, { now });
    await statement.run(db);
  }
}

/** revoke() as a part of a larger statement, and for several of a kind. */
export function revokeWithin(
  statement: Statement,
  { kind, values, reason }: { kind: RevocationKind; values: readonly string[]; reason: string },
  { now, lifetime, reach = REACH }: RevocationLife,
): void {
  const at = statement.parameter(new Date(now.getTime() + reach), 'timestamptz');
  const known = lifetime === undefined ? longestLifetimeAt(at) : statement.parameter(lifetime, 'int');
  statement.add(`insert into revocations (kind, value, reason, issued_before, forget_at)
    select ${statement.parameter(kind, 'text')}, named.value, ${statement.parameter(reason, 'text')}, ${at},
      ${at} + make_interval(secs => ${CLOCK_SKEW} + ${known})
    from unnest(${statement.parameter(values, 'text[]')}) as named (value)
    on conflict (kind, value) do update set
      reason = excluded.reason,
      seq = nextval('revocations_seq'),
      issued_before = greatest(revocations.issued_before, excluded.issued_before),
      forget_at = greatest(revocations.forget_at, excluded.forget_at)`);
  statement.announce(REVOCATIONS_TOPIC);
}

/** Seconds by which a verifier may take a token for younger than it is. */
const CLOCK_SKEW = 60;

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

export async function deleteForgottenRevocations(db: Db, now: Date, batch: number): Promise<number> {
  const forgotten = db.selectFrom('revocations').select('seq').where('forget_at', '<', now).limit(batch);
  const result = await db.deleteFrom('revocations').where('seq', 'in', forgotten).executeTakeFirst();
  return Number(result.numDeletedRows);
}
